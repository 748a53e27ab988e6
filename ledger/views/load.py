"""What the desk carries at this moment, as numbers for a monitoring system."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.elements import ColumnElement

from ledger.models import Case, Clock, Conversation, Message, Notice
from ledger.vocabulary import Author, Delivery


@dataclass(frozen=True, slots=True)
class Load:
    """Counts by their labels; ``oldest_unsettled``: for how many seconds the oldest unanswered message waits.

    ``cases`` is by status, type and whether it is a special user's.
    """

    cases: dict[tuple[str, str, bool], int]
    conversations: dict[str, int]
    messages: dict[str, int]
    unsettled: int
    oldest_unsettled: float
    undelivered: int
    clocks_running: dict[str, int]
    clocks_breached: dict[str, int]
    notices: dict[str, int]


async def load(session: AsyncSession, *, now: datetime) -> Load:
    """All of it, in a few counts."""
    special = Case.special_since.is_not(None)
    cases = await session.execute(
        select(Case.status, Case.type, special, func.count()).group_by(Case.status, Case.type, special)
    )
    waiting = select(func.count(), func.min(Message.at)).where(
        Message.author == Author.CUSTOMER, Message.settled_at.is_(None)
    )
    unsettled, oldest = (await session.execute(waiting)).one()
    pending = Message.delivery.in_((Delivery.PENDING, Delivery.SENDING))
    return Load(
        cases={(status.value, kind.value, flag): count for status, kind, flag, count in cases},
        conversations=await _by(session, Conversation.holding),
        messages=await _by(session, Message.author),
        unsettled=unsettled,
        oldest_unsettled=(now - oldest).total_seconds() if oldest else 0.0,
        undelivered=await session.scalar(select(func.count()).where(pending)) or 0,
        clocks_running=await _by(session, Clock.kind, Clock.stopped_at.is_(None)),
        clocks_breached=await _by(session, Clock.kind, Clock.breached_at.is_not(None)),
        notices=await _by(session, Notice.state),
    )


async def _by(session: AsyncSession, column: Any, *conditions: ColumnElement[bool]) -> dict[str, int]:
    rows = await session.execute(select(column, func.count()).where(*conditions).group_by(column))
    return {word.value: count for word, count in rows}
