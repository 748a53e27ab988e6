"""Clocks are breached at the second they are due, and go on until a named person stops them."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ledger.models import Clock, Staff
from ledger.queue import CLOCK_DUE, CLOCK_ESCALATE, CLOCK_REMIND
from ledger.services import cases, clocks, departments
from ledger.vocabulary import ClockKind, Role, Signal
from tests.ledger_world import LedgerWorld


@pytest.fixture
async def people(desk_ledger: LedgerWorld) -> dict[str, Staff]:
    """Duty contact, delegate and supervisor of headquarters."""
    duty, delegate = await desk_ledger.staff("duty"), await desk_ledger.staff("delegate")
    boss = await desk_ledger.staff("boss", Role.SUPERVISOR)
    await desk_ledger.on_duty("headquarters", duty)
    await desk_ledger.do(
        lambda session: departments.set_delegate(
            session, key="headquarters", delegate=delegate, by=None, now=desk_ledger.now
        )
    )
    return {"duty": duty, "delegate": delegate, "boss": boss}


@pytest.fixture
async def special(desk_ledger: LedgerWorld, people: dict[str, Staff]) -> str:
    """The number of a special user's case."""
    hearing = await desk_ledger.complains(signals=(Signal.LEGAL_THREAT,))
    return hearing.number


@pytest.fixture
async def headquarters(desk_ledger: LedgerWorld, special: str) -> Clock:
    """Its headquarters clock."""
    return await desk_ledger.clock(special, ClockKind.HEADQUARTERS)


async def escalate(world: LedgerWorld, clock: Clock, step: int) -> None:
    await world.do(
        lambda session: clocks.escalate(
            session, clock_id=clock.id, step=step, policy=world.policy, now=world.now
        )
    )


async def remind(world: LedgerWorld, clock: Clock, round: str = "900s") -> None:
    await world.do(
        lambda session: clocks.remind(
            session, clock_id=clock.id, round=round, policy=world.policy, now=world.now
        )
    )


async def acknowledge(world: LedgerWorld, number: str, person: Staff) -> Clock:
    return await world.do(
        lambda session: clocks.acknowledge(session, number=number, staff=person, now=world.now)
    )


async def told_since(world: LedgerWorld, before: int) -> list[tuple[str, str | None]]:
    return [(kind, who) for kind, who, _ in (await world.told())[before:]]


async def escalations(world: LedgerWorld) -> list[Any]:
    return [job for job in await world.jobs(CLOCK_ESCALATE)]


async def test_the_job_of_a_clock_is_due_when_the_clock_is(
    desk_ledger: LedgerWorld, headquarters: Clock
) -> None:
    [job] = [job for job in await desk_ledger.jobs(CLOCK_DUE) if job.args["clock_id"] == headquarters.id]
    assert job.scheduled_at == headquarters.due_at


async def test_reminders_are_due_before_the_deadline(desk_ledger: LedgerWorld, headquarters: Clock) -> None:
    jobs = [job for job in await desk_ledger.jobs(CLOCK_REMIND) if job.args["clock_id"] == headquarters.id]
    before = {headquarters.due_at - job.scheduled_at for job in jobs}
    assert before == {timedelta(minutes=15), timedelta(minutes=5)}


async def test_a_reminder_tells_those_on_duty_once(desk_ledger: LedgerWorld, headquarters: Clock) -> None:
    before = len(await desk_ledger.notices())
    desk_ledger.later(minutes=15)
    await remind(desk_ledger, headquarters)
    await remind(desk_ledger, headquarters)
    assert await told_since(desk_ledger, before) == [("reminder", "duty")]


async def test_nobody_is_reminded_of_a_stopped_clock(
    desk_ledger: LedgerWorld, special: str, headquarters: Clock, people: dict[str, Staff]
) -> None:
    await acknowledge(desk_ledger, special, people["duty"])
    before = len(await desk_ledger.notices())
    await remind(desk_ledger, headquarters)
    assert len(await desk_ledger.notices()) == before


async def test_a_clock_is_breached_when_it_falls_due(
    desk_ledger: LedgerWorld, special: str, headquarters: Clock
) -> None:
    before = len(await desk_ledger.notices())
    desk_ledger.later(minutes=30)
    await desk_ledger.falls_due(headquarters)
    clock = await desk_ledger.clock(special, ClockKind.HEADQUARTERS)
    assert clock.breached_at == clock.due_at
    assert (await desk_ledger.actions(special))[-1] == "clock.breached"
    assert await told_since(desk_ledger, before) == [("breach", "duty")]


async def test_a_breach_happens_once(desk_ledger: LedgerWorld, special: str, headquarters: Clock) -> None:
    desk_ledger.later(minutes=30)
    await desk_ledger.falls_due(headquarters)
    await desk_ledger.falls_due(headquarters)
    assert (await desk_ledger.actions(special)).count("clock.breached") == 1
    assert len(await escalations(desk_ledger)) == 1


async def test_a_job_that_comes_a_moment_early_comes_again(
    desk_ledger: LedgerWorld, special: str, headquarters: Clock
) -> None:
    desk_ledger.later(minutes=30, seconds=-1)
    await desk_ledger.falls_due(headquarters)
    assert (await desk_ledger.clock(special, ClockKind.HEADQUARTERS)).breached_at is None
    jobs = [job for job in await desk_ledger.jobs(CLOCK_DUE) if job.args["clock_id"] == headquarters.id]
    [first, again] = [job.scheduled_at for job in jobs]
    assert first == headquarters.due_at
    # By the database's clock, which is the one that was ahead.
    assert abs(again - datetime.now(UTC)) < timedelta(seconds=10)


async def test_an_acknowledged_clock_is_never_breached(
    desk_ledger: LedgerWorld, special: str, headquarters: Clock, people: dict[str, Staff]
) -> None:
    await acknowledge(desk_ledger, special, people["duty"])
    desk_ledger.later(minutes=30)
    await desk_ledger.falls_due(headquarters)
    assert (await desk_ledger.clock(special, ClockKind.HEADQUARTERS)).breached_at is None


async def test_late_is_late_even_if_nobody_was_awake(
    desk_ledger: LedgerWorld, special: str, people: dict[str, Staff]
) -> None:
    desk_ledger.later(minutes=31)
    clock = await acknowledge(desk_ledger, special, people["duty"])
    assert clock.breached_at == clock.due_at


async def test_after_the_breach_the_delegate_then_the_supervisors_are_told(
    desk_ledger: LedgerWorld, headquarters: Clock
) -> None:
    desk_ledger.later(minutes=30)
    await desk_ledger.falls_due(headquarters)
    before = len(await desk_ledger.notices())
    await escalate(desk_ledger, headquarters, 0)
    desk_ledger.later(minutes=5)
    await escalate(desk_ledger, headquarters, 1)
    assert await told_since(desk_ledger, before) == [("escalation", "delegate"), ("escalation", "boss")]
    [first, second, urging] = await escalations(desk_ledger)
    assert first.scheduled_at == headquarters.due_at
    assert second.scheduled_at == headquarters.due_at + timedelta(minutes=5)
    assert urging.scheduled_at == desk_ledger.now + desk_ledger.policy.escalation.urge_every


async def test_urging_goes_on_until_somebody_acknowledges(
    desk_ledger: LedgerWorld, special: str, headquarters: Clock, people: dict[str, Staff]
) -> None:
    desk_ledger.later(minutes=30)
    await desk_ledger.falls_due(headquarters)
    for step in range(4):
        await escalate(desk_ledger, headquarters, step)
        desk_ledger.later(minutes=10)
    told = await desk_ledger.told()
    assert [who for kind, who, _ in told if kind == "urging"] == ["duty", "delegate", "boss"] * 2
    await acknowledge(desk_ledger, special, people["boss"])
    await escalate(desk_ledger, headquarters, 4)
    assert await desk_ledger.told() == told
    assert len(await escalations(desk_ledger)) == 5


async def test_a_step_that_runs_twice_is_taken_once(
    desk_ledger: LedgerWorld, special: str, headquarters: Clock
) -> None:
    desk_ledger.later(minutes=30)
    await desk_ledger.falls_due(headquarters)
    await escalate(desk_ledger, headquarters, 0)
    await escalate(desk_ledger, headquarters, 0)
    assert (await desk_ledger.actions(special)).count("clock.escalated") == 1
    assert len(await escalations(desk_ledger)) == 2


async def test_without_a_delegate_the_next_step_follows_at_once(desk_ledger: LedgerWorld) -> None:
    await desk_ledger.staff("boss", Role.SUPERVISOR)
    hearing = await desk_ledger.complains(signals=(Signal.LEGAL_THREAT,))
    clock = await desk_ledger.clock(hearing.number, ClockKind.HEADQUARTERS)
    desk_ledger.later(minutes=30)
    await desk_ledger.falls_due(clock)
    await escalate(desk_ledger, clock, 0)
    entry = (await desk_ledger.entries(hearing.number))[-1]
    assert entry.after["told"] == []
    assert (await escalations(desk_ledger))[-1].scheduled_at == desk_ledger.now


async def test_headquarters_clock_goes_on_after_the_case_is_resolved(
    desk_ledger, special, headquarters, people
):
    await desk_ledger.resolve(special, people["boss"])
    desk_ledger.later(minutes=30)
    await desk_ledger.falls_due(headquarters)
    assert (await desk_ledger.clock(special, ClockKind.HEADQUARTERS)).breached_at


async def test_a_breached_first_response_is_told_to_the_owner_the_department_and_the_supervisors(
    desk_ledger: LedgerWorld,
) -> None:
    wang, li = await desk_ledger.staff("wang"), await desk_ledger.staff("li")
    await desk_ledger.staff("zhao", role=Role.SUPERVISOR)
    await desk_ledger.on_duty("after_sales", wang, li)
    hearing = await desk_ledger.complains()
    desk_ledger.later(hours=1)
    await desk_ledger.falls_due(await desk_ledger.clock(hearing.number, ClockKind.FIRST_RESPONSE))
    told = [("breach", name, "console") for name in ("wang", "li", "zhao")]
    assert await desk_ledger.told() == told
    assert await escalations(desk_ledger) == []


async def test_a_running_clock_is_not_started_again(
    desk_ledger: LedgerWorld, special: str, headquarters: Clock
) -> None:
    async def start(session):
        case = await clocks.case_numbered(session, special)
        return await clocks.start(
            session,
            case=case,
            kind=ClockKind.HEADQUARTERS,
            policy=desk_ledger.policy,
            now=desk_ledger.later(minutes=3),
        )

    assert (await desk_ledger.do(start)).id == headquarters.id


async def test_a_clock_that_is_gone_makes_no_noise(desk_ledger: LedgerWorld) -> None:
    await desk_ledger.do(
        lambda session: clocks.fall_due(
            session, clock_id=4711, policy=desk_ledger.policy, now=desk_ledger.now
        )
    )


async def test_a_clock_whose_job_is_lost_is_found(
    desk_ledger: LedgerWorld, special: str, headquarters: Clock
) -> None:
    desk_ledger.later(minutes=30)
    assert await overdue(desk_ledger) == []
    desk_ledger.later(seconds=1)
    assert await overdue(desk_ledger) == [headquarters.id]
    await desk_ledger.falls_due(headquarters)
    assert await overdue(desk_ledger) == []


async def overdue(world: LedgerWorld) -> list[int]:
    return await world.do(lambda session: clocks.overdue(session, world.now))


async def test_when_the_clock_on_the_wall_is_put_back_nothing_is_undone_or_done_twice(
    desk_ledger: LedgerWorld, special: str, headquarters: Clock
) -> None:
    desk_ledger.later(minutes=30)
    await desk_ledger.falls_due(headquarters)
    desk_ledger.later(minutes=-20)
    await desk_ledger.falls_due(headquarters)
    clock = await desk_ledger.clock(special, ClockKind.HEADQUARTERS)
    assert clock.breached_at == clock.due_at == headquarters.due_at
    assert (await desk_ledger.actions(special)).count("clock.breached") == 1


async def test_when_the_clock_on_the_wall_jumps_ahead_what_is_due_by_it_is_breached_at_its_own_time(
    desk_ledger: LedgerWorld, special: str, headquarters: Clock
) -> None:
    desk_ledger.later(days=400)
    assert headquarters.id in await overdue(desk_ledger)
    await desk_ledger.falls_due(headquarters)
    clock = await desk_ledger.clock(special, ClockKind.HEADQUARTERS)
    assert clock.breached_at == headquarters.due_at


async def test_a_special_user_flagged_twice_has_one_clock(
    desk_ledger: LedgerWorld, special: str, headquarters: Clock, people: dict[str, Staff]
) -> None:
    desk_ledger.later(minutes=10)
    await desk_ledger.do(
        lambda session: cases.flag(
            session,
            number=special,
            reason="老客户",
            staff=people["boss"],
            policy=desk_ledger.policy,
            now=desk_ledger.now,
        )
    )
    [clock] = await desk_ledger.clocks(special, ClockKind.HEADQUARTERS)
    assert clock.due_at == headquarters.due_at


async def test_new_lengths_count_for_clocks_that_start_afterwards(
    desk_ledger: LedgerWorld, special: str, headquarters: Clock
) -> None:
    shorter = desk_ledger.policy.clocks.model_copy(update={"headquarters": timedelta(minutes=1)})
    desk_ledger.policy = desk_ledger.policy.model_copy(update={"clocks": shorter})
    desk_ledger.later(minutes=5)
    await desk_ledger.falls_due(headquarters)
    assert (await desk_ledger.clock(special, ClockKind.HEADQUARTERS)).due_at == headquarters.due_at
    hearing = await desk_ledger.complains(signals=(Signal.LEGAL_THREAT,))
    later = await desk_ledger.clock(hearing.number, ClockKind.HEADQUARTERS)
    assert later.due_at == desk_ledger.now + timedelta(minutes=1)
