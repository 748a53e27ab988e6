"""Clocks (playbook C3): started, stopped by a named person, breached at the second they are due.

``fall_due``, ``remind`` and ``escalate`` are the bodies of the jobs ``queue.CLOCK_DUE``
``{clock_id, due_at}``, ``queue.CLOCK_REMIND`` ``{clock_id, round, due_at}`` and ``queue.CLOCK_ESCALATE``
``{clock_id, step}``. Each reads the clock again and does nothing when it was stopped, when it ran before, or
when the clock is not due any more at the time (ISO 8601) it was deferred for. Whoever changes a clock holds
its case's row.
"""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.calendars import Calendar
from ledger.deadline import Terms, until
from ledger.drill_book import Seat
from ledger.errors import AlreadyAcknowledged, NotAllowed, NotExtendable, NotSpecial
from ledger.live import notify
from ledger.models import Case, Clock, Department, DutyContact, Form, Staff, Task
from ledger.policy import Policy
from ledger.queue import CLOCK_DUE, CLOCK_ESCALATE, CLOCK_REMIND, defer
from ledger.services import casting, waits
from ledger.services.case_lock import case_numbered, lock
from ledger.services.circle import in_charge, on_rung, told_of_breach
from ledger.services.departments import headquarters
from ledger.services.entries import SYSTEM, Actor, record
from ledger.services.notices import tell
from ledger.services.pace import policy_for
from ledger.services.revisiting import ask_how_it_is
from ledger.vocabulary import ClockKind, NoticeKind, Role

ASK: Final = "ask"
LOOK_AGAIN: Final = timedelta(milliseconds=500)
"""How far the database's clock and ours may be apart before it is noticed, and how soon we look again."""
LAPSING: Final = frozenset({ClockKind.REVIEW_ASKED, ClockKind.PURSUIT})
"""The petitioner's own time, and the rounds of urging (盯促): nobody is late when they are over."""
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
    form: Form | None = None,
) -> Clock:
    """Start a clock on a case the caller holds, due after the policy's length unless ``due_at`` is given.

    What the policy says now is agreed for good. A clock of this kind that already runs is returned as it is;
    clocks of tasks stand beside each other, and so do those of forms.
    """
    if task is None and (runs := await running(session, case, kind, form)):
        return runs
    policy = await policy_for(session, case, policy)
    agreed = Terms(now, due_at - now) if due_at else await _terms(session, kind, case, policy, now)
    clock = Clock(
        case_id=case.id,
        kind=kind,
        task_id=task.id if task else None,
        form_id=form.id if form else None,
        started_at=now,
        length=agreed.length,
        calendar=agreed.calendar.model_dump(mode="json") if agreed.calendar else None,
        pauses=agreed.pauses,
        due_at=agreed.due(await waits.history(session, case.id) if agreed.pauses else []),
    )
    session.add(clock)
    await session.flush()
    await _record(session, clock, case, SYSTEM, "clock.started", now, due_at=_iso(clock.due_at))
    await _defer_alarms(session, clock, policy, now)
    return clock


async def _terms(session: AsyncSession, kind: ClockKind, case: Case, policy: Policy, now: datetime) -> Terms:
    calendar = None
    if kind in policy.clocks.in_opening_hours:
        calendar = await calendar_of(session, case, policy)
    return Terms(now, policy.length(kind), calendar, kind in policy.clocks.pause_while_waiting)


async def reckon(session: AsyncSession, *, case: Case, policy: Policy, now: datetime) -> None:
    """Set the due times of the case's clocks anew: its history of waiting has changed. The caller holds it.

    A clock that goes on has its alarms deferred again; those of before do nothing any more.
    """
    policy = await policy_for(session, case, policy)
    waited = await waits.history(session, case.id)
    pausing = select(Clock).where(Clock.case_id == case.id, Clock.pauses, Clock.stopped_at.is_(None))
    for clock in (await session.scalars(pausing.order_by(Clock.id), execution_options=FRESH)).all():
        due_at = clock.terms.due(waited) if clock.terms else clock.due_at
        if due_at == clock.due_at:
            continue
        clock.due_at = due_at
        action = "clock.resumed" if due_at else "clock.paused"
        await _record(session, clock, case, SYSTEM, action, now, due_at=_iso(due_at))
        await _defer_alarms(session, clock, policy, now)


async def calendar_of(session: AsyncSession, case: Case, policy: Policy) -> Calendar:
    """When the people who answer for the case are there."""
    department = await session.get(Department, case.department_id) if case.department_id else None
    return policy.calendar(department.key if department else None)


async def running(
    session: AsyncSession, case: Case, kind: ClockKind, form: Form | None = None
) -> Clock | None:
    """The case's or its ``form``'s clock of this kind that runs now, those of tasks aside."""
    runs = select(Clock).where(Clock.case_id == case.id, Clock.kind == kind, Clock.stopped_at.is_(None))
    runs = runs.where(Clock.form_id == form.id if form else Clock.form_id.is_(None))
    found: Clock | None = await session.scalar(runs.where(Clock.task_id.is_(None)), execution_options=FRESH)
    return found


async def stop(session: AsyncSession, *, clock: Clock, by: Staff | None, reason: str, now: datetime) -> None:
    """Stop a clock of a case the caller holds, once; late is breached, whether or not anybody was awake."""
    if clock.stopped_at is not None:
        return
    clock.stopped_at = now
    clock.stopped_by_id = by.id if by else None
    clock.stop_reason = reason
    clock.due_at = clock.due_at or await _due_had_it_gone_on(session, clock, now)
    if now >= clock.due_at and clock.kind not in LAPSING:
        clock.breached_at = clock.due_at
    case = await session.get_one(Case, clock.case_id)
    actor = Actor.staff(by) if by else SYSTEM
    late = clock.breached_at is not None
    await _record(session, clock, case, actor, "clock.stopped", now, reason=reason, late=late)


async def _due_had_it_gone_on(session: AsyncSession, clock: Clock, now: datetime) -> datetime:
    assert clock.terms is not None  # noqa: S101 — only a clock whose terms are known stands still
    due_at = clock.terms.due(until(await waits.history(session, clock.case_id), now))
    assert due_at is not None  # noqa: S101 — no wait is open in what was before now
    return due_at


async def stop_kind(
    session: AsyncSession, *, case: Case, kind: ClockKind, by: Staff | None, reason: str, now: datetime
) -> None:
    """Stop the case's clock of this kind if one runs. The caller holds the case."""
    if clock := await running(session, case, kind):
        await stop(session, clock=clock, by=by, reason=reason, now=now)


async def running_of_form(session: AsyncSession, form: Form) -> list[Clock]:
    """The clocks a form has started that run now."""
    runs = select(Clock).where(Clock.form_id == form.id, Clock.stopped_at.is_(None)).order_by(Clock.id)
    return list(await session.scalars(runs, execution_options=FRESH))


async def extend(
    session: AsyncSession,
    *,
    clock: Clock,
    until: datetime,
    reason: str,
    staff: Staff | None,
    policy: Policy,
    now: datetime,
) -> None:
    """Put a running clock off to ``until``, as often and as far as the policy allows (playbook C3).

    Raises:
        NotExtendable: the policy has no extension for this kind, it was extended often enough, ``until`` is
            not later than it is due or too late.
    """
    deadline = policy.deadlines.get(clock.kind)
    allowed = deadline.extension if deadline else None
    if allowed is None or clock.due_at is None or clock.extended >= allowed.times:
        raise NotExtendable(clock.kind)
    if not clock.due_at < until <= clock.due_at + allowed.at_most:
        raise NotExtendable(clock.kind)
    before, clock.due_at = clock.due_at, until
    clock.length, clock.calendar, clock.extended = until - clock.started_at, None, clock.extended + 1
    case = await session.get_one(Case, clock.case_id)
    actor = Actor.staff(staff) if staff else SYSTEM
    told = {"until": _iso(until), "before": _iso(before)}
    await _record(session, clock, case, actor, "clock.extended", now, reason=reason, **told)
    await _defer_alarms(session, clock, policy, now)


async def stop_all_but_headquarters(
    session: AsyncSession, *, case: Case, by: Staff | None, reason: str, now: datetime
) -> None:
    """Stop what runs on the case; headquarters' clock stops by nothing but an acknowledgement, a form's by
    the form's own steps: who solved the customer's matter has not told the authority of the leak."""
    runs = select(Clock).where(Clock.case_id == case.id, Clock.stopped_at.is_(None))
    runs = runs.where(Clock.form_id.is_(None), Clock.kind != ClockKind.HEADQUARTERS).order_by(Clock.id)
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
    if staff.drill_id is not None:
        return staff.drill_part != Seat.AGENT
    if staff.role in (Role.SUPERVISOR, Role.ADMINISTRATOR):
        return True
    department = await headquarters(session)
    if department is None:
        return False
    if staff.id in (department.head_id, department.delegate_id):
        return True
    return await session.get(DutyContact, (department.id, staff.id)) is not None


async def fall_due(
    session: AsyncSession, *, clock_id: int, policy: Policy, now: datetime, due_at: str | None = None
) -> Clock | None:
    """Record that the clock is breached, tell those in charge and above, and begin the escalation.

    A clock nobody is late for lapses instead. Returns the clock if its time has come just now.
    """
    held = await _held_running(session, clock_id, due_at)
    if held is None or held[0].breached_at is not None or held[0].due_at is None:
        return None
    clock, case = held
    policy = await policy_for(session, case, policy)
    if now < held[0].due_at:
        await _look_again(session, clock, held[0].due_at - now)
        return None
    if clock.kind in LAPSING:
        await stop(session, clock=clock, by=None, reason="lapsed", now=now)
        return clock
    clock.breached_at = clock.due_at
    await _record(session, clock, case, SYSTEM, "clock.breached", now, due_at=_iso(clock.due_at))
    people = await told_of_breach(session, clock, case, policy, now)
    await _tell(session, clock, case, NoticeKind.BREACH, people, "breach", policy, now)
    if clock.kind is ClockKind.HEADQUARTERS:
        first = held[0].due_at + policy.escalation.steps[0].after
        await defer(session, CLOCK_ESCALATE, at=first, clock_id=clock.id, step=0)
    return clock


async def _look_again(session: AsyncSession, clock: Clock, early: timedelta) -> None:
    """The queue goes by the database's clock, which may be ahead of ours: look again by its own."""
    its_now = (await session.scalars(select(func.clock_timestamp()))).one()
    again = its_now + min(early, LOOK_AGAIN)
    await defer(session, CLOCK_DUE, at=again, clock_id=clock.id, due_at=_iso(clock.due_at))


async def overdue(session: AsyncSession, now: datetime) -> list[int]:
    """The clocks that should have fallen due and have not: their job is gone, or the database's clock slow.

    The longest overdue first, a hundred at most.
    """
    runs = select(Clock.id).where(Clock.stopped_at.is_(None), Clock.breached_at.is_(None))
    late = runs.where(Clock.due_at < now - LOOK_AGAIN)
    return list(await session.scalars(late.order_by(Clock.due_at).limit(100)))


async def remind(
    session: AsyncSession,
    *,
    clock_id: int,
    round: str,
    policy: Policy,
    now: datetime,
    due_at: str | None = None,
) -> None:
    """Remind those in charge before the clock is due; ``round`` tells its reminders apart (``900s``).

    Round ``ask`` of a revisit is the assistant's visit to the customer; staff hear of it only when there is
    no conversation to visit in.
    """
    held = await _held_running(session, clock_id, due_at)
    if held is None or held[0].breached_at is not None or held[0].due_at is None:
        return
    clock, case = held
    if round == ASK and await ask_how_it_is(session, case, clock, now):
        return
    kind = NoticeKind.TASK_DUE if clock.task_id else NoticeKind.REMINDER
    people = await in_charge(session, clock, case, policy, now)
    if clock.pauses:
        # What was told before a pause is told again before the new due time.
        round = f"{round}:{_iso(clock.due_at)}"
    await _tell(session, clock, case, kind, people, round, policy, now)


async def escalate(session: AsyncSession, *, clock_id: int, step: int, policy: Policy, now: datetime) -> None:
    """Take escalation step ``step`` (from 0); past the last one, urge everybody, again and again (盯促).

    A step that has nobody to tell is on record as such, and the next one follows at once.
    """
    held = await _held_running(session, clock_id)
    if held is None or held[0].escalated != step:
        return
    clock, case = held
    policy = await policy_for(session, case, policy)
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
    people = await casting.on_rung(session, case, steps[step].to)
    if people is None:
        people = await on_rung(session, steps[step].to, now)
    names = [staff.username for staff in people]
    await _record(session, clock, case, SYSTEM, "clock.escalated", now, to=str(steps[step].to), told=names)
    if people:
        await _tell(session, clock, case, NoticeKind.ESCALATION, people, f"step:{step}", policy, now)
    if step + 1 == len(steps):
        return now + policy.escalation.urge_every
    return (clock.due_at or now) + steps[step + 1].after if people else now


async def _urge(
    session: AsyncSession, clock: Clock, case: Case, step: int, policy: Policy, now: datetime
) -> datetime:
    people = await in_charge(session, clock, case, policy, now)
    for rung in policy.escalation.steps:
        people += await on_rung(session, rung.to, now)
    await _record(session, clock, case, SYSTEM, "clock.urged", now)
    await _tell(session, clock, case, NoticeKind.URGING, people, f"urge:{step}", policy, now)
    return now + policy.escalation.urge_every


async def _held_running(
    session: AsyncSession, clock_id: int, due_at: str | None = None
) -> tuple[Clock, Case] | None:
    """The clock as it stands now with its case, both held.

    None when it is stopped or gone, or is not due at ``due_at`` any more.
    """
    clock = await session.get(Clock, clock_id)
    if clock is None:
        return None
    case = await lock(session, clock.case_id)
    await session.refresh(clock)
    stale = due_at is not None and due_at != _iso(clock.due_at)
    return (clock, case) if clock.stopped_at is None and not stale else None


async def _defer_alarms(session: AsyncSession, clock: Clock, policy: Policy, now: datetime) -> None:
    if clock.due_at is None or clock.breached_at is not None:
        return
    due_at = _iso(clock.due_at)
    await defer(session, CLOCK_DUE, at=clock.due_at, clock_id=clock.id, due_at=due_at)
    for ahead in policy.reminders_of(clock.kind):
        at = clock.due_at - ahead
        if at > now:
            round = f"{ahead.total_seconds():g}s"
            await defer(session, CLOCK_REMIND, at=at, clock_id=clock.id, round=round, due_at=due_at)


def _iso(moment: datetime | None) -> str | None:
    """As it stands in jobs and entries: the same moment is always the same text."""
    return moment.astimezone(UTC).isoformat() if moment else None


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
