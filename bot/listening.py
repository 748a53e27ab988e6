"""Listening before answering: what comes in is heard at once, and answered when nothing more seems to follow.

How long that takes, ``ledger/listening.py`` says. Nothing is kept about it but the messages themselves, and
who is writing at this moment (docs/conversation.md, "Listening").
"""

from collections.abc import Sequence

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from bot import presence
from bot.desk import Desk, utc_now
from bot.engine import EngineError
from bot.stages import timed
from ledger import queue
from ledger.heard import Heard
from ledger.listening import DANGER, Said, listen_until
from ledger.models import Conversation, Message
from ledger.services import cases, gathering, messages
from ledger.services.gathering import Gathered
from ledger.vocabulary import Holding

log = structlog.get_logger(__name__)


async def heard_out(desk: Desk, arrived: Gathered, *, in_line: bool) -> Gathered | None:
    """The turn that is due now, its messages bound together; None while there is more to listen to.

    The job comes back then; or in its turn, if others wait in the line and this one is not ``in_line``.
    """
    rule = desk.policy.listening
    if rule.off or arrived.is_bound:
        return arrived
    heard = await _hear_at_once(desk, arrived)
    async with desk.database.transaction() as session:
        conversation, _ = await gathering.hold(session, arrived.last.id)
        message = await session.get_one(Message, arrived.last.id)
        if heard is not None:
            await _note(desk, session, conversation, message, heard)
        listening = message.turn_id is None and await _goes_on(desk, session, conversation, message, in_line)
        if not listening and message.turn_id is None:
            await gathering.bind(session, conversation.id)
        due = None if listening else await gathering.next_turn(session, message.id, rule)
    if listening:
        presence.sign(desk.channels.get(conversation.channel), arrived.address)
    return due


async def hear_each(desk: Desk, turn: Sequence[Message]) -> bool:
    """Have each of several messages judged by itself too (playbook A9); whether one had not been.

    What a flood leaves out of the turn's words is heard here or nowhere. Raises EngineError.
    """
    unheard = [one for one in turn if len(turn) > 1 and one.text and one.heard_at is None]
    for message in unheard:
        await _hear(desk, message)
    return bool(unheard)


async def _hear_at_once(desk: Desk, arrived: Gathered) -> Heard | None:
    """Danger must not wait; if it cannot be heard now, the turn will hear it.

    What was heard in the last message is returned, to be noted with what follows from it.
    """
    if arrived.conversation.holding is Holding.HUMAN:
        return None
    message = arrived.last
    try:
        for earlier in arrived.messages[:-1]:
            if earlier.text and earlier.heard_at is None:
                message = earlier
                await _hear(desk, earlier)
        message = arrived.last
        return await _judged(desk, message) if message.text and message.heard_at is None else None
    except EngineError as error:
        log.warning("message.unheard", message=message.id, error=repr(error))
        return None


async def _judged(desk: Desk, message: Message) -> Heard:
    with timed("heard"):
        return await desk.engine.parse(message.text)


async def _hear(desk: Desk, unheard: Message) -> None:
    heard = await _judged(desk, unheard)
    async with desk.database.transaction() as session:
        conversation, _ = await gathering.hold(session, unheard.id)
        await _note(desk, session, conversation, await session.get_one(Message, unheard.id), heard)


async def _note(
    desk: Desk, session: AsyncSession, conversation: Conversation, message: Message, heard: Heard
) -> None:
    now = desk.now()
    messages.note_heard(conversation, message, heard, now)
    await cases.overhear(session, message_id=message.id, heard=heard, policy=desk.policy, now=now)


async def _goes_on(
    desk: Desk, session: AsyncSession, conversation: Conversation, message: Message, in_line: bool
) -> bool:
    """Whether the turn is not yet due; then the job that looks at it again is deferred."""
    if conversation.holding is Holding.HUMAN:
        return False
    waiting = await gathering.waiting(session, conversation.id)
    until = listen_until(
        [Said(one.text, one.at, one.intent, one.signals or ()) for one in waiting],
        desk.policy.listening,
        asked=await gathering.was_asked(session, conversation.id),
        typed_at=desk.typists.last(conversation.id),
    )
    now = desk.now()
    set_back = waiting[-1].at > now  # nobody knows for how long they were listened to
    if until <= now or set_back or len(waiting) == gathering.MOST:
        if in_line or _danger(waiting) or not await queue.is_crowded(session):
            return False
        await queue.take_place(session, conversation.id, message.id)
    elif waiting[-1].id > message.id:
        # It came while this one was heard, and may have found the job still waiting.
        await queue.handle(session, conversation.id, waiting[-1].id)
    else:
        # The queue goes by the wall clock, whatever the desk's clock is.
        await queue.listen(session, conversation.id, message.id, utc_now() + (until - now))
    return True


def _danger(waiting: Sequence[Message]) -> bool:
    return any(DANGER.intersection(one.signals or ()) for one in waiting)
