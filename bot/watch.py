"""What each process looks after while it runs: conversations whose holder is gone, what came to no end, and
cases that have grown old.

Every finding is judged again under the conversation's row, so that any number of processes may look.
"""

import structlog

from bot.desk import Desk
from bot.own_words import about_person, say
from ledger.services import attendance, crisis, handoff, loose_ends, rekindling, waves

log = structlog.get_logger(__name__)


async def look(desk: Desk) -> None:
    """Look once, and do what is to be done."""
    await expire_forsaken(desk)
    await call_people(desk)
    async with desk.database.transaction() as session:
        await loose_ends.go_on_escalating(session)
        await crisis.recognise_old(session, policy=desk.policy, now=desk.now())
        await loose_ends.warn(session, policy=desk.policy, now=desk.now())


async def look_for_waves(desk: Desk) -> None:
    """Warnings of a building wave follow what comes in."""
    async with desk.database.transaction() as session:
        await waves.look(session, policy=desk.policy, now=desk.now())


async def look_for_rekindled(desk: Desk) -> None:
    """Whoever solved a case is told of a new complaint that looks like it."""
    async with desk.database.reading() as session:
        pairs = await rekindling.untold(session, policy=desk.policy)
    for before_id, after_id in pairs:
        async with desk.database.transaction() as session:
            await rekindling.came_again(
                session, before_id=before_id, after_id=after_id, policy=desk.policy, now=desk.now()
            )
        log.info("watch.rekindled", case=before_id, complaint=after_id)


async def expire_forsaken(desk: Desk) -> None:
    """Conversations whose holder is gone go back to the queue, and their customers are told."""
    async with desk.database.transaction() as session:
        forsaken = await attendance.forsaken(session, policy=desk.policy, now=desk.now())
    for conversation_id in forsaken:
        async with desk.database.transaction() as session:
            expired = await handoff.expire(
                session, conversation_id=conversation_id, policy=desk.policy, now=desk.now()
            )
            if expired is not None:
                log.warning("watch.holder_gone", conversation=conversation_id, reason=expired.handoff_reason)
                words = await about_person(desk, session, expired, "desk_expired")
                await say(desk, session, expired, words)


async def call_people(desk: Desk) -> None:
    """People are called to messages that came to no end, and their customers are told."""
    async with desk.database.transaction() as session:
        left = await loose_ends.without_end(session, policy=desk.policy, now=desk.now())
    for conversation_id in left:
        async with desk.database.transaction() as session:
            called = await loose_ends.call_people(
                session, conversation_id=conversation_id, policy=desk.policy, now=desk.now()
            )
            log.error("watch.without_end", conversation=conversation_id)
            if called is not None:
                words = await about_person(desk, session, called, "desk_unanswered")
                await say(desk, session, called, words)
