"""Clocks as lists show them (playbook C3)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Select, extract, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from ledger.models import Case, Clock
from ledger.views import paging
from ledger.vocabulary import ClockKind


class ClockState(StrEnum):
    """Which clocks a list is about: running, stopped, or breached (running yet or stopped late)."""

    OPEN = "open"
    STOPPED = "stopped"
    BREACHED = "breached"


@dataclass(frozen=True, slots=True)
class ClockLine:
    """One clock; ``complaint`` is the case's number, ``task`` the id of the promise it times, if any."""

    id: int
    kind: ClockKind
    complaint: str
    special: bool
    started_at: datetime
    due_at: datetime
    stopped_at: datetime | None
    stopped_by: str | None
    stop_reason: str | None
    breached_at: datetime | None
    task: int | None
    note: str | None


@dataclass(frozen=True, slots=True)
class ClockPage:
    """One page; ``next`` is the cursor of the following one, None on the last."""

    items: list[ClockLine]
    next: str | None


_CONDITIONS = {
    ClockState.OPEN: Clock.stopped_at.is_(None),
    ClockState.STOPPED: Clock.stopped_at.is_not(None),
    ClockState.BREACHED: Clock.breached_at.is_not(None),
}


async def clocks(
    session: AsyncSession,
    *,
    state: ClockState | None = None,
    kind: ClockKind | None = None,
    complaint: str | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> ClockPage:
    """Clocks, the earliest due first.

    Raises:
        paging.BadCursor: ``cursor`` is not one of this list's.
    """
    query = _clocks()
    if state:
        query = query.where(_CONDITIONS[state])
    if kind:
        query = query.where(Clock.kind == kind)
    if complaint:
        query = query.where(Clock.case.has(Case.number == complaint))
    keys = (extract("epoch", Clock.due_at), paging.tie(Clock.id))
    page = paging.after(query, keys, cursor).limit(limit + 1)
    rows = (await session.execute(page)).all()
    following = paging.cursor_of(rows[limit - 1][1:]) if len(rows) > limit else None
    return ClockPage([_line(row[0]) for row in rows[:limit]], following)


async def clocks_of(session: AsyncSession, case_id: int) -> list[ClockLine]:
    """All clocks of a case in the order they were started."""
    rows = await session.scalars(_clocks().where(Clock.case_id == case_id).order_by(Clock.id))
    return [_line(row) for row in rows.all()]


async def clocks_by_case(session: AsyncSession, cases: Collection[int]) -> dict[int, list[ClockLine]]:
    """All clocks of many cases, by the case's id, each case's in the order they were started."""
    rows = await session.scalars(_clocks().where(Clock.case_id.in_(cases)).order_by(Clock.id))
    found: dict[int, list[ClockLine]] = {case_id: [] for case_id in cases}
    for row in rows:
        found[row.case_id].append(_line(row))
    return found


def _clocks() -> Select[Clock]:
    return select(Clock).options(joinedload(Clock.case), joinedload(Clock.stopped_by), joinedload(Clock.task))


def _line(row: Clock) -> ClockLine:
    return ClockLine(
        id=row.id,
        kind=row.kind,
        complaint=row.case.number,
        special=row.case.special,
        started_at=row.started_at,
        due_at=row.due_at,
        stopped_at=row.stopped_at,
        stopped_by=row.stopped_by.name if row.stopped_by else None,
        stop_reason=row.stop_reason,
        breached_at=row.breached_at,
        task=row.task_id,
        note=row.task.note if row.task else None,
    )
