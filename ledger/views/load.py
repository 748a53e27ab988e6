"""What the desk carries at this moment, as numbers for a monitoring system and the status page.

Only what is open is counted, by partial indexes: however long the ledger grows, asking stays cheap.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Text, case, cast, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.elements import ColumnElement

from ledger.models import Case, Clock, Conversation, Message, Notice
from ledger.queue import JOBS
from ledger.views.real import real_cases
from ledger.vocabulary import ON_ITS_WAY, Author, CaseStatus, Holding, NoticeState


@dataclass(frozen=True, slots=True)
class Load:
    """Counts by their labels.

    ``open_cases`` is by type and whether it is a special user's, ``jobs`` by queue and by ``waiting`` (could
    be done now), ``later`` (not due yet) or ``doing``. ``oldest_…``: for how many seconds the oldest waits.
    """

    open_cases: dict[tuple[str, bool], int]
    conversations: dict[str, int]
    oldest_waiting: float
    unsettled: int
    oldest_unsettled: float
    deliveries: dict[str, int]
    clocks_running: dict[str, int]
    clocks_overdue: dict[str, int]
    notices_pending: int
    jobs: dict[tuple[str, str], int]


async def load(session: AsyncSession, *, now: datetime) -> Load:
    """All of it, in a few counts."""
    special = Case.special_since.is_not(None)
    cases = await session.execute(
        select(Case.type, special, func.count())
        .where(Case.status == CaseStatus.OPEN, real_cases())
        .group_by(Case.type, special)
    )
    running = Clock.stopped_at.is_(None)
    waiting = Conversation.holding == Holding.WAITING
    unanswered = (Message.author == Author.CUSTOMER, Message.settled_at.is_(None))
    return Load(
        open_cases={(kind.value, flag): count for kind, flag, count in cases},
        conversations=await _by(session, Conversation.holding, Conversation.holding != Holding.BOT),
        oldest_waiting=await _oldest(session, Conversation.waiting_since, now, waiting),
        unsettled=await _count(session, *unanswered),
        oldest_unsettled=await _oldest(session, Message.at, now, *unanswered),
        deliveries=await _by(session, Message.delivery, Message.delivery.in_(ON_ITS_WAY)),
        clocks_running=await _by(session, Clock.kind, running),
        clocks_overdue=await _by(session, Clock.kind, running, Clock.due_at <= now),
        notices_pending=await _count(session, Notice.state == NoticeState.PENDING),
        jobs=await _jobs(session, now),
    )


async def _by(session: AsyncSession, column: Any, *conditions: ColumnElement[bool]) -> dict[str, int]:
    rows = await session.execute(select(column, func.count()).where(*conditions).group_by(column))
    return {word.value: count for word, count in rows}


async def _count(session: AsyncSession, *conditions: ColumnElement[bool]) -> int:
    return await session.scalar(select(func.count()).where(*conditions)) or 0


async def _oldest(
    session: AsyncSession, since: Any, now: datetime, *conditions: ColumnElement[bool]
) -> float:
    oldest: datetime | None = await session.scalar(select(func.min(since)).where(*conditions))
    return (now - oldest).total_seconds() if oldest else 0.0


async def _jobs(session: AsyncSession, now: datetime) -> dict[tuple[str, str], int]:
    status = cast(JOBS.c.status, Text)
    state = case(
        (status == "doing", "doing"),
        (JOBS.c.scheduled_at > now, "later"),
        else_="waiting",
    )
    rows = await session.execute(
        select(JOBS.c.queue_name, state, func.count())
        .where(status.in_(("todo", "doing")))
        .group_by(JOBS.c.queue_name, state)
    )
    return {(queue, state): count for queue, state, count in rows}
