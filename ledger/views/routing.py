"""Who answers for a case, and who takes part (playbook B3, B1)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.crisis import recognised
from ledger.models import Case, Clock, Department, Task
from ledger.policy import Policy
from ledger.services import circle
from ledger.services.crisis import BY_HAND
from ledger.services.departments import known
from ledger.vocabulary import ClockKind, CrisisType, FactKind


@dataclass(frozen=True, slots=True)
class Place:
    """A department of the case: its key, its names, what it does there, and who answers in it now.

    ``parts`` are ``has_it``, ``leads``, ``takes_part``, ``solves``, ``group``. Of one that the green channel
    called, ``due_at`` is when it must have answered and ``answered_at`` when it has.
    """

    key: str
    names: dict[str, str]
    parts: tuple[str, ...]
    people: tuple[str, ...]
    due_at: datetime | None
    answered_at: datetime | None


@dataclass(frozen=True, slots=True)
class Routing:
    """The kind of crisis, a code for what shows it, and the departments; who has the case comes first."""

    crisis: CrisisType | None
    because: str | None
    places: tuple[Place, ...]


async def routing(
    session: AsyncSession, *, number: str, told: frozenset[FactKind], policy: Policy, now: datetime
) -> Routing:
    """How the case is routed at this moment; ``told`` are the kinds of its facts."""
    case = (await session.scalars(select(Case).where(Case.number == number))).one()
    found = recognised(case, told=told, unresolved_after=policy.routing.unresolved_after, now=now)
    crisis = case.crisis_type or (found.type if found else None)
    because = BY_HAND if case.crisis_set_by_id else found.because if found and found.type is crisis else None
    called = await _called(session, case.id)
    parts = await _parts(session, case, crisis, policy)
    for key in called:
        parts.setdefault(key, [])
    places = {place.key: place for place in await known(session)}
    shown = [await _place(session, places[key], parts[key], called, now) for key in parts if key in places]
    return Routing(crisis, because, tuple(shown))


async def _parts(
    session: AsyncSession, case: Case, crisis: CrisisType | None, policy: Policy
) -> dict[str, list[str]]:
    """What each department does, in the order they are shown."""
    own = await session.get(Department, case.department_id) if case.department_id else None
    answers = policy.matrix.answering(crisis, case.category) if crisis else None
    groups: dict[str, Sequence[str]] = {"has_it": [own.key] if own else []}
    if answers:
        groups |= {"leads": [answers.leads], "takes_part": answers.takes_part, "solves": answers.solves}
    told = case.special or (answers is not None and answers.group)
    groups["group"] = [policy.headquarters.key] if told else []
    parts: dict[str, list[str]] = {}
    for part, keys in groups.items():
        for key in keys:
            parts.setdefault(key, []).append(part)
    return parts


async def _called(session: AsyncSession, case_id: int) -> dict[str, tuple[datetime | None, datetime | None]]:
    """When the departments that the green channel called must have answered, and when they have."""
    rows = await session.execute(
        select(Department.key, Clock.due_at, Task.done_at)
        .join(Task, Task.department_id == Department.id)
        .join(Clock, Clock.task_id == Task.id)
        .where(Task.case_id == case_id, Clock.kind == ClockKind.GREEN_CHANNEL)
        .order_by(Task.id)
    )
    return {key: (due_at, done_at) for key, due_at, done_at in rows}


async def _place(
    session: AsyncSession,
    place: Department,
    parts: list[str],
    called: dict[str, tuple[datetime | None, datetime | None]],
    now: datetime,
) -> Place:
    people = await circle.answering(session, place, now)
    due_at, answered_at = called.get(place.key, (None, None))
    return Place(place.key, place.names, tuple(parts), tuple(one.name for one in people), due_at, answered_at)
