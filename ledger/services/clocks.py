"""Clocks (playbook C3): started, stopped by a named person, breached at the second they are due.

``fall_due``, ``remind`` and ``escalate`` are the bodies of the jobs ``queue.CLOCK_DUE`` ``{clock_id}``,
``queue.CLOCK_REMIND`` ``{clock_id, round}`` and ``queue.CLOCK_ESCALATE`` ``{clock_id, step}``. Each reads the
clock again and does nothing when it was stopped, or when it ran before. Whoever changes a clock holds its
case's row.
"""

from datetime import datetime
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.calendars import Calendar
from ledger.errors import AlreadyAcknowledged, NotAllowed, NotSpecial
from ledger.hours import working_time_after
from ledger.live import notify
from ledger.models import Case, Clock, Department, DutyContact, Staff, Task
from ledger.policy import Policy
from ledger.queue import CLOCK_DUE, CLOCK_ESCALATE, CLOCK_REMIND, defer
from ledger.services.case_lock import case_numbered, lock
from ledger.services.circle import in_charge, on_rung, told_of_breach
from ledger.services.departments import headquarters
from ledger.services.entries import SYSTEM, Actor, record
from ledger.services.notices import tell
from ledger.services.revisiting import ask_how_it_is
from ledger.vocabulary import ClockKind, NoticeKind, Role

ASK: Final = "ask"
FRESH: Final = {"populate_existing": True}
"""Read it again: the session may have seen it before the case was held."""


async def start(
    session: AsyncSession,
    *,
    case: Case,
    kind: ClockKind,
    policy: Policy,
    now: datetime,
    due_at: datetime | None = None,
    task: Task | None = None,
) -> Clock:
    """Start a clock on a case the caller holds, due after the policy's length unless ``due_at`` is given.

    A clock of this kind that already runs is returned as it is; clocks of tasks stand beside each other.
    """
    if task is None and (runs := await running(session, case, kind)):
        return runs
    due_at = due_at or _due(kind, await calendar_of(session, case, policy), policy, now)
    clock = Clock(
        case_id=case.id, kind=kind, task_id=task.id if task else None, started_at=now, due_at=due_at
    )
    session.add(clock)
    await session.flush()
    await _record(session, clock, case, SYSTEM, "clock.started", now, due_at=due_at.isoformat())
    await _defer_alarms(session, clock, policy, now)
    return clock


def _due(kind: ClockKind, calendar: Calendar, policy: Policy, now: datetime) -> datetime:
    """A first response is a person's, and people have hours; headquarters has none."""
    length = policy.clocks.length(kind)
    if kind in policy.clocks.in_opening_hours:
        return working_time_after(calendar, now, length)
    return now + length


async def calendar_of(session: AsyncSession, case: Case, policy: Policy) -> Calendar:
    """When the people who answer for the case are there."""
    department = await session.get(Department, case.department_id) if case.department_id else None
    return policy.calendar(department.key if department else None)


async def running(session: AsyncSession, case: Case, kind: ClockKind) -> Clock | None:
    """The case's clock of this kind that runs now, those of tasks aside."""
    runs = select(Clock).where(Clock.case_id == case.id, Clock.kind == kind, Clock.stopped_at.is_(None))
    found: Clock | None = await session.scalar(runs.where(Clock.task_id.is_(None)), execution_options=FRESH)
    return found


async def stop(session: AsyncSession, *, clock: Clock, by: Staff | None, reason: str, now: datetime) -> None:
    """Stop a clock of a case the caller holds, once; late is breached, whether or not anybody was awake."""
    if clock.stopped_at is not None:
        return
    clock.stopped_at = now
    clock.stopped_by_id = by.id if by else None
    clock.stop_reason = reason
    if now >= clock.due_at:
        clock.breached_at = clock.due_at
    case = await session.get_one(Case, clock.case_id)
    actor = Actor.staff(by) if by else SYSTEM
    late = clock.breached_at is not None
    await _record(session, clock, case, actor, "clock.stopped", now, reason=reason, late=late)


async def stop_kind(
    session: AsyncSession, *, case: Case, kind: ClockKind, by: Staff | None, reason: str, now: datetime
) -> None:
    """Stop the case's clock of this kind if one runs. The caller holds the case."""
    if clock := await running(session, case, kind):
        await stop(session, clock=clock, by=by, reason=reason, now=now)


async def stop_all_but_headquarters(
    session: AsyncSession, *, case: Case, by: Staff | None, reason: str, now: datetime
) -> None:
    """Stop what runs on the case; headquarters' clock stops by nothing but an acknowledgement."""
    runs = select(Clock).where(Clock.case_id == case.id, Clock.stopped_at.is_(None))
    runs = runs.where(Clock.kind != ClockKind.HEADQUARTERS).order_by(Clock.id)
    others = await session.scalars(runs, execution_options=FRESH)
    for clock in others.all():
        await stop(session, clock=clock, by=by, reason=reason, now=now)


async def stop_first_response(session: AsyncSession, case: Case, staff: Staff, now: datetime) -> None:
    """Stop the first response clock: a named person has written or called. The caller holds the case."""
    kind = ClockKind.FIRST_RESPONSE
    await stop_kind(session, case=case, kind=kind, by=staff, reason="answered", now=now)


async def acknowledge(session: AsyncSession, *, number: str, staff: Staff, now: datetime) -> Clock:
    """Headquarters knows: stop the case's headquarters clock in ``staff``'s name (playbook B1).

    Raises:
        NoSuchCase
        NotAllowed: neither head, delegate nor on duty at headquarters, nor supervisor or administrator.
        NotSpecial: no headquarters clock was ever started.
        AlreadyAcknowledged: somebody else has (``by``, ``at``); the same person again is no error.
    """
    case = await case_numbered(session, number)
    if not await may_acknowledge(session, staff):
        raise NotAllowed(staff.username)
    newest = select(Clock).where(Clock.case_id == case.id, Clock.kind == ClockKind.HEADQUARTERS)
    clock = await session.scalar(newest.order_by(Clock.id.desc()).limit(1), execution_options=FRESH)
    if clock is None:
        raise NotSpecial(case.number)
    if clock.stopped_at is not None and clock.stopped_by_id != staff.id:
        first = await session.get_one(Staff, clock.stopped_by_id)
        raise AlreadyAcknowledged(first.name, clock.stopped_at)
    await stop(session, clock=clock, by=staff, reason="acknowledged", now=now)
    return clock


async def may_acknowledge(session: AsyncSession, staff: Staff) -> bool:
    """Whether ``staff`` may stop headquarters' clocks."""
    if staff.disabled_at is not None:
        return False
    if staff.role in (Role.SUPERVISOR, Role.ADMINISTRATOR):
        return True
    department = await headquarters(session)
    if department is None:
        return False
    if staff.id in (department.head_id, department.delegate_id):
        return True
    return await session.get(DutyContact, (department.id, staff.id)) is not None


async def fall_due(session: AsyncSession, *, clock_id: int, policy: Policy, now: datetime) -> None:
    """Record that the clock is breached, tell those in charge and above, and begin the escalation."""
    held = await _held_running(session, clock_id)
    if held is None or held[0].breached_at is not None:
        return
    clock, case = held
    if now < clock.due_at:
        # The queue goes by the database's clock, which may be a little ahead of ours.
        await defer(session, CLOCK_DUE, at=clock.due_at, clock_id=clock.id)
        return
    clock.breached_at = clock.due_at
    await _record(session, clock, case, SYSTEM, "clock.breached", now, due_at=clock.due_at.isoformat())
    people = await told_of_breach(session, clock, case, policy)
    await _tell(session, clock, case, NoticeKind.BREACH, people, "breach", policy, now)
    if clock.kind is ClockKind.HEADQUARTERS:
        first = clock.due_at + policy.escalation.steps[0].after
        await defer(session, CLOCK_ESCALATE, at=first, clock_id=clock.id, step=0)


async def remind(session: AsyncSession, *, clock_id: int, round: str, policy: Policy, now: datetime) -> None:
    """Remind those in charge before the clock is due; ``round`` tells its reminders apart (``900s``).

    Round ``ask`` of a revisit is the assistant's visit to the customer; staff hear of it only when there is
    no conversation to visit in.
    """
    held = await _held_running(session, clock_id)
    if held is None or held[0].breached_at is not None:
        return
    clock, case = held
    if round == ASK and await ask_how_it_is(session, case, clock, now):
        return
    kind = NoticeKind.TASK_DUE if clock.task_id else NoticeKind.REMINDER
    people = await in_charge(session, clock, case, policy)
    await _tell(session, clock, case, kind, people, round, policy, now)


async def escalate(session: AsyncSession, *, clock_id: int, step: int, policy: Policy, now: datetime) -> None:
    """Take escalation step ``step`` (from 0); past the last one, urge everybody, again and again (盯促).

    A step that has nobody to tell is on record as such, and the next one follows at once.
    """
    held = await _held_running(session, clock_id)
    if held is None or held[0].escalated != step:
        return
    clock, case = held
    clock.escalated = step + 1
    if step < len(policy.escalation.steps):
        next_at = await _climb(session, clock, case, step, policy, now)
    else:
        next_at = await _urge(session, clock, case, step, policy, now)
    await defer(session, CLOCK_ESCALATE, at=next_at, clock_id=clock.id, step=step + 1)


async def _climb(
    session: AsyncSession, clock: Clock, case: Case, step: int, policy: Policy, now: datetime
) -> datetime:
    steps = policy.escalation.steps
    people = await on_rung(session, steps[step].to)
    names = [staff.username for staff in people]
    await _record(session, clock, case, SYSTEM, "clock.escalated", now, to=str(steps[step].to), told=names)
    if people:
        await _tell(session, clock, case, NoticeKind.ESCALATION, people, f"step:{step}", policy, now)
    if step + 1 == len(steps):
        return now + policy.escalation.urge_every
    return clock.due_at + steps[step + 1].after if people else now


async def _urge(
    session: AsyncSession, clock: Clock, case: Case, step: int, policy: Policy, now: datetime
) -> datetime:
    people = await in_charge(session, clock, case, policy)
    for rung in policy.escalation.steps:
        people += await on_rung(session, rung.to)
    await _record(session, clock, case, SYSTEM, "clock.urged", now)
    await _tell(session, clock, case, NoticeKind.URGING, people, f"urge:{step}", policy, now)
    return now + policy.escalation.urge_every


async def _held_running(session: AsyncSession, clock_id: int) -> tuple[Clock, Case] | None:
    """The clock as it stands now with its case, both held; None when it is stopped or gone."""
    clock = await session.get(Clock, clock_id)
    if clock is None:
        return None
    case = await lock(session, clock.case_id)
    await session.refresh(clock)
    return (clock, case) if clock.stopped_at is None else None


async def _defer_alarms(session: AsyncSession, clock: Clock, policy: Policy, now: datetime) -> None:
    await defer(session, CLOCK_DUE, at=clock.due_at, clock_id=clock.id)
    for ahead in policy.reminders.get(clock.kind, ()):
        at = clock.due_at - ahead
        if at > now:
            round = f"{ahead.total_seconds():g}s"
            await defer(session, CLOCK_REMIND, at=at, clock_id=clock.id, round=round)


async def _tell(
    session: AsyncSession,
    clock: Clock,
    case: Case,
    kind: NoticeKind,
    people: list[Staff],
    round: str,
    policy: Policy,
    now: datetime,
) -> None:
    round = f"{clock.id}:{round}"
    await tell(session, kind=kind, people=people, round=round, policy=policy, now=now, case=case, clock=clock)


async def _record(
    session: AsyncSession,
    clock: Clock,
    case: Case,
    actor: Actor,
    action: str,
    now: datetime,
    reason: str | None = None,
    **after: Any,
) -> None:
    after = {"clock": clock.id, "kind": str(clock.kind), **after}
    await record(session, case=case, actor=actor, action=action, now=now, reason=reason, after=after)
    await notify(session, "clock", case=case.id, clock=clock.id, kind=clock.kind)
