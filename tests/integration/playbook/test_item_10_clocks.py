"""Every clock of playbook C3 runs for as long as it says, tells whom it must, and is put off as it may be."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from ledger.errors import NotExtendable
from ledger.form_book import book
from ledger.models import Clock, Form, Notice, Staff
from ledger.policy.clocks import FURTHER_CLOCKS
from ledger.services import case_lock, clocks, forms
from ledger.services.clocks import LAPSING
from ledger.vocabulary import ClockKind, NoticeKind, Role
from tests.ledger_world import LedgerWorld

C3 = {
    ClockKind.HEADQUARTERS: timedelta(minutes=30),
    ClockKind.LEAK_TO_LEAD: timedelta(hours=8),
    ClockKind.LEAK_TO_AUTHORITY: timedelta(hours=24),
    ClockKind.MISSING_TOP_GRADE: timedelta(days=10),
    ClockKind.MISSING_ITEM: timedelta(days=60),
    ClockKind.PUBLIC_STATEMENT: timedelta(hours=24),
    ClockKind.FINDINGS: timedelta(hours=48),
    ClockKind.PETITION_REGISTERED: timedelta(days=15),
    ClockKind.PETITION_CLOSED: timedelta(days=60),
    ClockKind.REVIEW_ASKED: timedelta(days=30),
    ClockKind.REVIEW_DECIDED: timedelta(days=30),
    ClockKind.PURSUIT: timedelta(days=1),
}


@pytest.fixture
async def lead(desk_ledger: LedgerWorld) -> Staff:
    """The confidentiality lead: on duty in technology, as the shipped policy has it."""
    staff = await desk_ledger.staff("lead", name="保密负责人")
    await desk_ledger.on_duty("technology", staff)
    return staff


async def started(world: LedgerWorld, kind: ClockKind) -> Clock:
    """A clock of this kind, as a form starts it."""
    hearing = await world.complains()

    async def start(session) -> Clock:
        case = await case_lock.case_numbered(session, hearing.number)
        form = Form(number="XX-1", kind="petition", case_id=case.id, state="registered", opened_at=world.now)
        session.add(form)
        await session.flush()
        return await clocks.start(
            session, case=case, kind=kind, policy=world.policy, now=world.now, form=form
        )

    return await world.do(start)


async def due(world: LedgerWorld, clock: Clock) -> Clock:
    """The clock after its time has come."""
    assert clock.due_at is not None
    world.now = clock.due_at
    await world.do(
        lambda session: forms.fall_due(session, clock_id=clock.id, policy=world.policy, now=world.now)
    )
    (now,) = await world.all(select(Clock).where(Clock.id == clock.id))
    return now


async def told_of(world: LedgerWorld, clock: Clock) -> set[str]:
    breach = select(Staff.username).join(Notice, Notice.staff_id == Staff.id)
    breach = breach.where(Notice.clock_id == clock.id, Notice.kind == NoticeKind.BREACH)
    return set(await world.all(breach))


@pytest.mark.parametrize("kind", C3)
async def test_each_clock_runs_day_and_night_for_as_long_as_the_rule_book_says(desk_ledger, kind):
    clock = await started(desk_ledger, kind)
    assert clock.due_at == desk_ledger.now + C3[kind]


def started_by(kind: ClockKind) -> list[str]:
    """The forms that start such a clock, when they open or by a step."""
    return [
        name
        for name, form in book().items()
        if kind in {*form.starts, *(clock for step in form.steps.values() for clock in step.starts)}
    ]


@pytest.mark.parametrize("kind", sorted(FURTHER_CLOCKS))
def test_each_is_started_by_a_form_of_the_rule_book(kind: ClockKind) -> None:
    assert started_by(kind) != []


@pytest.mark.parametrize("kind", sorted(FURTHER_CLOCKS - LAPSING))
async def test_each_is_breached_at_the_second_it_is_due(desk_ledger, kind):
    clock = await due(desk_ledger, await started(desk_ledger, kind))
    assert clock.breached_at == clock.due_at


@pytest.mark.parametrize("kind", sorted(LAPSING))
async def test_the_petitioners_own_time_and_the_rounds_of_urging_are_nobodys_breach(desk_ledger, kind):
    clock = await due(desk_ledger, await started(desk_ledger, kind))
    assert (clock.breached_at, clock.stop_reason) == (None, "lapsed")


async def test_of_a_leak_the_confidentiality_lead_and_the_supervisors_are_told(desk_ledger, lead):
    await desk_ledger.staff("chief", role=Role.SUPERVISOR)
    clock = await due(desk_ledger, await started(desk_ledger, ClockKind.LEAK_TO_LEAD))
    assert await told_of(desk_ledger, clock) == {"lead", "chief"}


async def test_those_in_charge_are_reminded_before_it_is_due(desk_ledger, lead):
    clock = await started(desk_ledger, ClockKind.LEAK_TO_LEAD)
    (ahead,) = desk_ledger.policy.reminders_of(ClockKind.LEAK_TO_LEAD)
    assert clock.due_at is not None
    desk_ledger.now = clock.due_at - ahead
    await desk_ledger.do(
        lambda session: clocks.remind(
            session, clock_id=clock.id, round="1h", policy=desk_ledger.policy, now=desk_ledger.now
        )
    )
    notices = await desk_ledger.all(select(Notice.staff_id).where(Notice.kind == NoticeKind.REMINDER))
    assert notices == [lead.id]


async def extend(world: LedgerWorld, clock: Clock, days: int) -> None:
    async def put_off(session) -> None:
        held = await session.get_one(Clock, clock.id)
        await clocks.extend(
            session,
            clock=held,
            until=held.due_at + timedelta(days=days),
            reason="检测要时间",
            staff=None,
            policy=world.policy,
            now=world.now,
        )

    await world.do(put_off)


async def test_a_petition_is_put_off_once_by_thirty_days_at_most(desk_ledger):
    clock = await started(desk_ledger, ClockKind.PETITION_CLOSED)
    with pytest.raises(NotExtendable):
        await extend(desk_ledger, clock, 31)
    await extend(desk_ledger, clock, 30)
    with pytest.raises(NotExtendable):
        await extend(desk_ledger, clock, 1)


async def test_what_was_put_off_is_not_breached_at_the_former_time(desk_ledger):
    clock = await started(desk_ledger, ClockKind.PETITION_CLOSED)
    former = clock.due_at
    await extend(desk_ledger, clock, 30)
    desk_ledger.now = former
    await desk_ledger.do(
        lambda session: forms.fall_due(
            session,
            clock_id=clock.id,
            policy=desk_ledger.policy,
            now=desk_ledger.now,
            due_at=former.isoformat(),
        )
    )
    (now,) = await desk_ledger.all(select(Clock).where(Clock.id == clock.id))
    assert now.breached_at is None


@pytest.mark.parametrize("kind", sorted(FURTHER_CLOCKS - {ClockKind.PETITION_CLOSED, ClockKind.AFTERCARE}))
async def test_no_other_deadline_is_put_off(desk_ledger, kind):
    clock = await started(desk_ledger, kind)
    with pytest.raises(NotExtendable):
        await extend(desk_ledger, clock, 1)
