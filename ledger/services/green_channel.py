"""The green channel (绿色通道, playbook B1): a special user's case goes to every department at once."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Final

import yaml
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.crisis import recognised
from ledger.drill_book import Seat
from ledger.hours import working_time_after
from ledger.models import Case, Department, Staff, Task
from ledger.policy import Policy
from ledger.services import casting, circle
from ledger.services.departments import keyed
from ledger.services.entries import SYSTEM, record
from ledger.services.notices import tell
from ledger.services.pace import policy_for
from ledger.services.tasks import open_task
from ledger.vocabulary import ClockKind, NoticeKind, Signal

NOTES: Final = Path(__file__).parents[1] / "texts" / "green_channel.yml"


async def call(
    session: AsyncSession, *, case: Case, policy: Policy, now: datetime, opens: bool = False
) -> None:
    """Name all departments of the special user's case, held by the caller, and give each a task with a clock.

    Those are its own, which has it, the ones its signals concern, and the ones that answer for its kind of
    crisis and solve it. One that was called before is not called again; headquarters has a clock of its own.
    ``opens``: the case became special just now.
    """
    involved = await _involved(session, case, policy, now)
    has_it = await _called(session, case) | {case.department_id}
    new = [place for place in involved if place.id not in has_it and not place.headquarters]
    if not (new or opens):
        return
    after = {"departments": [place.key for place in involved]}
    await record(session, case=case, actor=SYSTEM, action="green_channel.opened", now=now, after=after)
    told = {staff.id for staff in await circle.told_of_special_user(session, case, policy, now)}
    for place in new:
        people = await _there(session, case, place, now)
        await _ask(session, case, place, people, policy, now)
        others = [staff for staff in people if staff.id not in told]
        await _tell(session, case, place, others, policy, now)


async def _involved(session: AsyncSession, case: Case, policy: Policy, now: datetime) -> Sequence[Department]:
    found = recognised(case, unresolved_after=policy.routing.unresolved_after, now=now)
    crisis = case.crisis_type or (found.type if found else None)
    own = await session.get(Department, case.department_id) if case.department_id else None
    by_signal = [policy.matrix.signals.get(Signal(signal)) for signal in case.signals]
    by_crisis = policy.matrix.answering(crisis, case.category).departments if crisis else ()
    keys = [*by_signal, *by_crisis]
    places = [own, *[await keyed(session, key) for key in keys if key]]
    return list({place.id: place for place in places if place}.values())


async def _called(session: AsyncSession, case: Case) -> set[int]:
    asked = select(Task.department_id).where(Task.case_id == case.id, Task.department_id.is_not(None))
    return {place for place in await session.scalars(asked) if place}


async def _there(session: AsyncSession, case: Case, place: Department, now: datetime) -> Sequence[Staff]:
    if case.drill_id is not None and await casting.is_played(session, case.drill_id):
        return await casting.seated(session, case.drill_id, Seat.DUTY)
    return await circle.answering(session, place, now)


async def _ask(
    session: AsyncSession,
    case: Case,
    place: Department,
    people: Sequence[Staff],
    policy: Policy,
    now: datetime,
) -> None:
    agreed = await policy_for(session, case, policy)
    await open_task(
        session,
        case=case,
        note=_notes()["answer"][case.language].format(department=place.names[case.language]),
        due_at=working_time_after(agreed.calendar(place.key), now, agreed.routing.green_channel),
        assignee_id=people[0].id if people else None,
        actor=SYSTEM,
        policy=policy,
        now=now,
        kind=ClockKind.GREEN_CHANNEL,
        department=place,
    )


async def _tell(
    session: AsyncSession,
    case: Case,
    place: Department,
    people: Sequence[Staff],
    policy: Policy,
    now: datetime,
) -> None:
    await tell(
        session,
        kind=NoticeKind.CRISIS,
        people=people,
        round=f"green_channel:{place.key}",
        policy=policy,
        now=now,
        case=case,
        webhooks=False,
    )


@cache
def _notes() -> Mapping[str, Mapping[str, str]]:
    notes: Mapping[str, Mapping[str, str]] = yaml.safe_load(NOTES.read_text(encoding="utf-8"))
    return notes
