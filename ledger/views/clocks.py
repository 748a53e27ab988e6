"""Clocks as lists show them (playbook C3)."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from ledger.deadline import Waited
from ledger.models import Case, Clock, Wait
from ledger.views import paging
from ledger.vocabulary import ClockKind


class ClockState(StrEnum):
    """Which clocks a list is about: running, stopped, or breached (running yet or stopped late)."""

    OPEN = "open"
    STOPPED = "stopped"
    BREACHED = "breached"


@dataclass(frozen=True, slots=True)
class ClockLine:
    """One clock; ``complaint`` is the case's number.

    ``task`` is the id of the promise it times, ``form`` the number of the form that started it, if any.

    ``due_at`` is None while the clock stands still because the desk waits for the customer; ``left`` is how
    much of its time remains then, in seconds, opening hours or not as the clock counts.
    """

    id: int
    kind: ClockKind
    complaint: str
    special: bool
    started_at: datetime
    due_at: datetime | None
    left: int | None
    stopped_at: datetime | None
    stopped_by: str | None
    stop_reason: str | None
    breached_at: datetime | None
    task: int | None
    note: str | None
    form: str | None

    @property
    def order(self) -> tuple[bool, datetime]:
        """Where it stands among clocks: the earliest due first, those that stand still last."""
        return self.due_at is None, self.due_at or self.started_at


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
    """Clocks, the earliest due first, those that stand still last.

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
    moving, still = query.where(Clock.due_at.is_not(None)), query.where(Clock.due_at.is_(None))
    runs = [paging.Run(moving, (Clock.due_at, Clock.id)), paging.Run(still, (Clock.id,))]
    rows, following = await paging.page(session, runs, cursor=cursor, limit=limit)
    found: list[Clock] = [row[0] for row in rows]
    lines = zip(found, await _lines(session, found), strict=True)
    return ClockPage(
        [line if clock.case.secret_grade is None else replace(line, note=None) for clock, line in lines],
        following,
    )


async def clocks_of(session: AsyncSession, case_id: int) -> list[ClockLine]:
    """All clocks of a case in the order they were started."""
    rows = await session.scalars(_clocks().where(Clock.case_id == case_id).order_by(Clock.id))
    return await _lines(session, rows.all())


async def clocks_by_case(session: AsyncSession, cases: Collection[int]) -> dict[int, list[ClockLine]]:
    """All clocks of many cases, by the case's id, each case's in the order they were started."""
    rows = await session.scalars(_clocks().where(Clock.case_id.in_(cases)).order_by(Clock.id))
    found: dict[int, list[ClockLine]] = {case_id: [] for case_id in cases}
    clocks = rows.all()
    for row, line in zip(clocks, await _lines(session, clocks), strict=True):
        found[row.case_id].append(line)
    return found


def _clocks() -> Select[Clock]:
    with_it = (Clock.case, Clock.stopped_by, Clock.task, Clock.form)
    return select(Clock).options(*(joinedload(one) for one in with_it))


async def _lines(session: AsyncSession, rows: Sequence[Clock]) -> list[ClockLine]:
    """Further queries only if a clock stands still."""
    waiting = {row.case_id for row in rows if row.paused}
    waited: dict[int, list[Waited]] = defaultdict(list)
    if waiting:
        found = select(Wait).where(Wait.case_id.in_(waiting)).order_by(Wait.since, Wait.id)
        for wait in await session.scalars(found):
            waited[wait.case_id].append(Waited(wait.since, wait.until))
    return [_line(row, _left(row, waited[row.case_id]) if row.paused else None) for row in rows]


def _left(row: Clock, waited: Sequence[Waited]) -> int | None:
    """Time does not pass for a clock that stands still: what is left now was left when it stopped."""
    return round(row.terms.left(waited, waited[-1].since).total_seconds()) if row.terms else None


def _line(row: Clock, left: int | None) -> ClockLine:
    return ClockLine(
        id=row.id,
        kind=row.kind,
        complaint=row.case.number,
        special=row.case.special,
        started_at=row.started_at,
        due_at=row.due_at,
        left=left,
        stopped_at=row.stopped_at,
        stopped_by=row.stopped_by.name if row.stopped_by else None,
        stop_reason=row.stop_reason,
        breached_at=row.breached_at,
        task=row.task_id,
        note=row.task.note if row.task else None,
        form=row.form.number if row.form else None,
    )
