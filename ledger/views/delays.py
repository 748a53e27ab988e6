"""What was late, whose it was when it fell due, and what they said about it (playbook D8 不得推诿)."""

from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.models import Case, Clock, Department, Entry, Staff, Task
from ledger.services.delays import EXPLAINED
from ledger.services.entries import OPENED
from ledger.services.forms import VEIL
from ledger.views.real import real_cases
from ledger.vocabulary import ClockKind

MOST: Final = 1000
GIVEN: Final = (OPENED, "case.assigned")
Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Delay:
    """A clock that was breached; ``owner`` (a username) and ``department`` (a key) had it when it was due.

    Headquarters' clock is headquarters'; a promise is whose it was. What was said about a graded case is
    veiled here and stands in its book. ``late`` is until it was stopped, or
    until now. ``reason`` is what was said about it last, ``by`` whom (a username).
    """

    clock: int
    complaint: str
    kind: ClockKind
    owner: str | None
    department: str | None
    due_at: datetime
    stopped_at: datetime | None
    late: timedelta
    reason: str | None
    by: str | None


@dataclass(frozen=True, slots=True)
class Sum:
    """Delays of one person or department: how many, the longest, and how many nobody has explained."""

    count: int
    longest: timedelta
    unexplained: int


async def delays(
    session: AsyncSession, *, since: datetime, now: datetime, department: str | None = None
) -> list[Delay]:
    """What fell due after ``since`` and was not done, the newest first, MOST at most."""
    clocks = _breached().where(Clock.breached_at > since, real_cases())
    rows = (await session.execute(clocks.order_by(Clock.breached_at.desc()).limit(MOST))).all()
    given = await _given(session, {row.case_id for row in rows})
    said = await _said(session, {row.case_id for row in rows})
    head = await session.scalar(select(Department.key).where(Department.headquarters))
    found = [_delay(row, given[row.case_id], said.get(row.id), head, now) for row in rows]
    return [one for one in found if department is None or one.department == department]


async def delays_of(session: AsyncSession, owner: str, *, since: datetime, now: datetime) -> list[Delay]:
    """What one person (a username) was late with and has not explained, the newest first."""
    found = await delays(session, since=since, now=now)
    return [one for one in found if one.owner == owner and one.reason is None]


def summed(found: Iterable[Delay], key: Callable[[Delay], Key]) -> list[tuple[Key, Sum]]:
    """Delays by person, department or whatever ``key`` says, the most first."""
    groups: defaultdict[Key, list[Delay]] = defaultdict(list)
    for one in found:
        groups[key(one)].append(one)
    sums = {
        name: Sum(
            count=len(group),
            longest=max(one.late for one in group),
            unexplained=sum(one.reason is None for one in group),
        )
        for name, group in groups.items()
    }
    return sorted(sums.items(), key=lambda item: (-item[1].count, -item[1].longest, str(item[0])))


def _breached() -> Select[*tuple[Any, ...]]:
    return (
        select(
            Clock.id,
            Clock.case_id,
            Clock.kind,
            Clock.breached_at,
            Clock.stopped_at,
            Case.number,
            Case.secret_grade,
            Staff.username.label("assignee"),
        )
        .join(Case, Case.id == Clock.case_id)
        .outerjoin(Task, Task.id == Clock.task_id)
        .outerjoin(Staff, Staff.id == Task.assignee_id)
        .where(Clock.breached_at.is_not(None))
    )


async def _given(session: AsyncSession, cases: Collection[int]) -> defaultdict[int, list[tuple[Any, ...]]]:
    """Who was given each case when: moment and what the entry says, in order."""
    given: defaultdict[int, list[tuple[Any, ...]]] = defaultdict(list)
    entries = select(Entry.case_id, Entry.at, Entry.after)
    entries = entries.where(Entry.case_id.in_(cases), Entry.action.in_(GIVEN))
    for case_id, at, after in await session.execute(entries.order_by(Entry.case_id, Entry.position)):
        given[case_id].append((at, after or {}))
    return given


async def _said(session: AsyncSession, cases: Collection[int]) -> dict[int, tuple[str, str]]:
    """What was said last about each clock, and by whom."""
    entries = select(Entry.after, Entry.reason, Entry.actor)
    entries = entries.where(Entry.case_id.in_(cases), Entry.action == EXPLAINED).order_by(Entry.id)
    return {
        after["clock"]: (reason, actor)
        for after, reason, actor in await session.execute(entries)
        if after and reason
    }


def _delay(
    row: Any,
    given: Sequence[tuple[Any, ...]],
    said: tuple[str, str] | None,
    headquarters: str | None,
    now: datetime,
) -> Delay:
    owner = department = None
    for at, after in given:
        if at <= row.breached_at:
            owner, department = after.get("owner", owner), after.get("department", department)
    if row.kind is ClockKind.HEADQUARTERS:
        owner, department = None, headquarters
    return Delay(
        clock=row.id,
        complaint=row.number,
        kind=row.kind,
        owner=row.assignee or owner,
        department=department,
        due_at=row.breached_at,
        stopped_at=row.stopped_at,
        late=(row.stopped_at or now) - row.breached_at,
        reason=(VEIL if row.secret_grade else said[0]) if said else None,
        by=said[1] if said else None,
    )
