"""Judging what has come in, counting it, letting go what is kept no longer: never in the way of a turn."""

from time import monotonic
from typing import Final

import structlog

from bot.desk import Desk
from bot.engine import ActionFailed, EngineError, TurnFailed
from ledger.heard import Heard
from ledger.models import Mention
from ledger.services import mentions, opinion_counting

log = structlog.get_logger(__name__)

HEARD_AT_ONCE: Final = 10
# What the assistant hears of an article: its beginning tells what it is about.
HEARD_CHARACTERS: Final = 1_500
# Seconds of counting at one time.
COUNTING: Final = 2.0


async def look(desk: Desk) -> None:
    """Do some of what there is to do. With the engine away nothing is judged; it is asked again next time."""
    await _hear(desk)
    await _count(desk)
    async with desk.database.transaction() as session:
        await mentions.forget_old(session, policy=desk.policy, now=desk.now())


async def _hear(desk: Desk) -> None:
    """A few, one after the other: customers ask the same engine."""
    async with desk.database.reading() as session:
        waiting = await mentions.unheard(session, HEARD_AT_ONCE)
    for mention in waiting:
        try:
            heard = await _heard(desk, mention)
        except EngineError as error:
            log.warning("opinion.not_heard", error=type(error).__name__)
            return
        async with desk.database.transaction() as session:
            await mentions.judge(
                session, mention_id=mention.id, heard=heard, policy=desk.policy, now=desk.now()
            )


async def _heard(desk: Desk, mention: Mention) -> Heard | None:
    """None: the engine is there, and fails at these words; they must not hold up the rest."""
    try:
        return await desk.engine.parse(mention.said[:HEARD_CHARACTERS])
    except ActionFailed:
        raise
    except TurnFailed as error:
        log.warning("opinion.unheard", mention=mention.id, error=type(error).__name__)
        return None


async def _count(desk: Desk) -> None:
    """The latest days first; the rest of many goes on next time."""
    begun = monotonic()
    async with desk.database.reading() as session:
        days = await opinion_counting.days_to_count(session, policy=desk.policy, now=desk.now())
    for day in days:
        async with desk.database.transaction() as session:
            await opinion_counting.count_day(session, day, policy=desk.policy, now=desk.now())
        if monotonic() - begun > COUNTING:
            return
