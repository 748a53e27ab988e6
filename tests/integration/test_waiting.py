"""Waiting for the customer: what may stand still stands still, and what was history stays history."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.jobs import create_queue
from ledger.errors import AlreadyWaiting, Missing, NotWaiting
from ledger.models import Clock, Staff
from ledger.queue import CLOCK_DUE, CLOCK_REMIND, CUSTOMER_WROTE
from ledger.services import cases, clocks, messages, waiting
from ledger.views.clocks import clocks_of
from ledger.views.complaints import complaint
from ledger.vocabulary import CaseStatus, ClockKind, Signal
from tests.emulator.desk import make_desk
from tests.ledger_world import LedgerWorld

PROGRESS = ClockKind.PROGRESS_UPDATE
HOUR = timedelta(hours=1)


@pytest.fixture
async def anna(desk_ledger: LedgerWorld) -> Staff:
    """Who works on the case."""
    return await desk_ledger.staff("anna")


@pytest.fixture
async def number(desk_ledger: LedgerWorld, anna: Staff) -> str:
    """A case whose customer was told how it goes: the next word is due in a day."""
    hearing = await desk_ledger.complains(signals=(Signal.LEGAL_THREAT,))
    await progress(desk_ledger, hearing.number, anna)
    return hearing.number


async def act(world: LedgerWorld, deed: Any, number: str, staff: Staff, **more: Any) -> Any:
    return await world.do(
        lambda session: deed(session, number=number, staff=staff, policy=world.policy, now=world.now, **more)
    )


async def progress(world: LedgerWorld, number: str, staff: Staff) -> None:
    await act(world, cases.progress, number, staff, text="在查")


async def wait(world: LedgerWorld, number: str, staff: Staff) -> None:
    await act(world, cases.wait, number, staff, reason="等客户寄回收据")


async def go_on(world: LedgerWorld, number: str, staff: Staff) -> None:
    await act(world, cases.go_on, number, staff)


async def customer_writes(world: LedgerWorld, number: str, words: str = "收据寄了") -> int:
    """The customer writes in the conversation of the case; the job that follows is not run."""
    case = await world.do(lambda session: complaint(session, number))
    [conversation] = case.conversations
    received = await world.do(
        lambda session: messages.receive(
            session,
            channel="web",
            address="",
            text=words,
            client_id=f"{words}{world.now}",
            now=world.now,
            conversation_id=conversation.id,
        )
    )
    return received.message_id


async def answered(world: LedgerWorld, message_id: int) -> None:
    await world.do(
        lambda session: waiting.answered(session, message_id=message_id, policy=world.policy, now=world.now)
    )


async def due(world: LedgerWorld, number: str, kind: ClockKind = PROGRESS) -> datetime | None:
    return (await world.clock(number, kind)).due_at


async def test_only_what_the_policy_says_stands_still(
    desk_ledger: LedgerWorld, number: str, anna: Staff
) -> None:
    headquarters = await due(desk_ledger, number, ClockKind.HEADQUARTERS)
    await wait(desk_ledger, number, anna)
    assert await due(desk_ledger, number) is None
    assert headquarters
    assert await due(desk_ledger, number, ClockKind.HEADQUARTERS) == headquarters


async def test_the_time_waited_is_added(desk_ledger: LedgerWorld, number: str, anna: Staff) -> None:
    before = await due(desk_ledger, number)
    desk_ledger.later(hours=3)
    await wait(desk_ledger, number, anna)
    desk_ledger.later(hours=50)
    await go_on(desk_ledger, number, anna)
    assert before
    assert await due(desk_ledger, number) == before + 50 * HOUR


async def test_it_ends_when_the_customer_writes_and_not_when_the_desk_gets_round_to_it(
    desk_ledger: LedgerWorld, number: str, anna: Staff
) -> None:
    before = await due(desk_ledger, number)
    await wait(desk_ledger, number, anna)
    desk_ledger.later(hours=2)
    message = await customer_writes(desk_ledger, number)
    assert [job.args for job in await desk_ledger.jobs(CUSTOMER_WROTE)] == [{"message_id": message}]
    desk_ledger.later(hours=1)
    await answered(desk_ledger, message)
    assert before
    assert await due(desk_ledger, number) == before + 2 * HOUR
    await answered(desk_ledger, message)
    assert await due(desk_ledger, number) == before + 2 * HOUR


async def test_a_message_of_before_ends_nothing(desk_ledger: LedgerWorld, number: str, anna: Staff) -> None:
    message = await customer_writes(desk_ledger, number)
    desk_ledger.later(seconds=1)
    await wait(desk_ledger, number, anna)
    assert await desk_ledger.jobs(CUSTOMER_WROTE) == []
    await answered(desk_ledger, message)
    assert await due(desk_ledger, number) is None


async def test_who_promises_the_next_word_waits_no_longer(
    desk_ledger: LedgerWorld, number: str, anna: Staff
) -> None:
    await wait(desk_ledger, number, anna)
    desk_ledger.later(hours=5)
    await progress(desk_ledger, number, anna)
    assert await due(desk_ledger, number) == desk_ledger.now + desk_ledger.policy.clocks.progress_update
    with pytest.raises(NotWaiting):
        await go_on(desk_ledger, number, anna)


async def test_a_clock_that_stood_still_when_it_was_stopped_was_kept(
    desk_ledger: LedgerWorld, number: str, anna: Staff
) -> None:
    await wait(desk_ledger, number, anna)
    desk_ledger.later(days=30)
    await desk_ledger.resolve(number, anna)
    clock = await desk_ledger.clock(number, PROGRESS)
    assert clock.stopped_at == desk_ledger.now
    assert clock.breached_at is None
    assert clock.due_at == desk_ledger.now + timedelta(days=1)


async def test_a_breach_is_not_undone_by_waiting(desk_ledger: LedgerWorld, number: str, anna: Staff) -> None:
    breached = await due(desk_ledger, number)
    desk_ledger.later(days=2)
    await desk_ledger.falls_due(await desk_ledger.clock(number, PROGRESS))
    await wait(desk_ledger, number, anna)
    desk_ledger.later(days=2)
    await go_on(desk_ledger, number, anna)
    clock = await desk_ledger.clock(number, PROGRESS)
    assert clock.due_at == clock.breached_at == breached


async def test_who_waits_when_it_is_overdue_and_no_worker_was_awake_is_late_all_the_same(
    desk_ledger: LedgerWorld, number: str, anna: Staff
) -> None:
    overdue = await due(desk_ledger, number)
    desk_ledger.later(days=2)
    await wait(desk_ledger, number, anna)
    assert await due(desk_ledger, number) == overdue
    await desk_ledger.falls_due(await desk_ledger.clock(number, PROGRESS))
    assert (await desk_ledger.clock(number, PROGRESS)).breached_at == overdue


async def test_the_jobs_of_before_do_nothing_and_new_ones_are_deferred(
    desk_ledger: LedgerWorld, number: str, anna: Staff
) -> None:
    clock = await desk_ledger.clock(number, PROGRESS)
    await wait(desk_ledger, number, anna)
    desk_ledger.later(days=2)
    await run_jobs_of(desk_ledger, clock, CLOCK_DUE)
    assert (await desk_ledger.clock(number, PROGRESS)).breached_at is None
    await go_on(desk_ledger, number, anna)
    resumed = await desk_ledger.clock(number, PROGRESS)
    times = [job.scheduled_at for job in await jobs_of(desk_ledger, clock, CLOCK_DUE)]
    assert times == [clock.due_at, resumed.due_at]
    await run_jobs_of(desk_ledger, clock, CLOCK_DUE)
    assert (await desk_ledger.clock(number, PROGRESS)).breached_at is None
    assert len(await jobs_of(desk_ledger, clock, CLOCK_DUE)) == 2
    desk_ledger.later(days=1)
    await run_jobs_of(desk_ledger, clock, CLOCK_DUE)
    assert (await desk_ledger.clock(number, PROGRESS)).breached_at == resumed.due_at


async def test_the_reminder_moves_with_the_due_time(
    desk_ledger: LedgerWorld, number: str, anna: Staff
) -> None:
    clock = await desk_ledger.clock(number, PROGRESS)
    await wait(desk_ledger, number, anna)
    desk_ledger.later(hours=5)
    await go_on(desk_ledger, number, anna)
    desk_ledger.later(hours=17)
    await run_jobs_of(desk_ledger, clock, CLOCK_REMIND)
    assert "reminder" not in [kind for kind, _, _ in await desk_ledger.told()]
    desk_ledger.later(hours=5)
    await run_jobs_of(desk_ledger, clock, CLOCK_REMIND)
    assert [kind for kind, _, _ in await desk_ledger.told()].count("reminder") == 1


async def jobs_of(world: LedgerWorld, clock: Clock, task: str) -> list[Any]:
    return [job for job in await world.jobs(task) if job.args["clock_id"] == clock.id]


async def run_jobs_of(world: LedgerWorld, clock: Clock, task: str) -> None:
    """Run every job of the clock that is due, as often as this is asked."""
    body = {CLOCK_DUE: clocks.fall_due, CLOCK_REMIND: clocks.remind}[task]
    for job in await jobs_of(world, clock, task):
        if job.scheduled_at <= world.now:
            arguments = {**job.args, "policy": world.policy, "now": world.now}
            await world.do(lambda session, arguments=arguments: body(session, **arguments))


async def test_the_ledger_tells_why_and_how_long(desk_ledger: LedgerWorld, number: str, anna: Staff) -> None:
    await wait(desk_ledger, number, anna)
    desk_ledger.later(hours=1)
    await go_on(desk_ledger, number, anna)
    book = (await desk_ledger.entries(number))[-4:]
    assert [entry.action for entry in book] == [
        "case.waiting",
        "clock.paused",
        "case.waited",
        "clock.resumed",
    ]
    assert book[0].reason == "等客户寄回收据"
    assert book[0].actor == book[2].actor == "anna"
    assert (book[2].after or {})["until"] == desk_ledger.now.isoformat()


async def test_nobody_waits_twice_or_without_saying_what_for(
    desk_ledger: LedgerWorld, number: str, anna: Staff
) -> None:
    with pytest.raises(Missing):
        await act(desk_ledger, cases.wait, number, anna, reason=" ")
    await wait(desk_ledger, number, anna)
    with pytest.raises(AlreadyWaiting):
        await wait(desk_ledger, number, anna)


async def test_the_page_shows_how_much_is_left(desk_ledger: LedgerWorld, number: str, anna: Staff) -> None:
    desk_ledger.later(hours=4)
    await wait(desk_ledger, number, anna)
    found = await desk_ledger.do(lambda session: complaint(session, number))
    assert found
    assert found.waiting
    assert found.waiting.reason == "等客户寄回收据"
    [line] = [line for line in found.clocks if line.kind is PROGRESS]
    assert (line.due_at, line.left) == (None, 20 * 3600)
    case = await desk_ledger.case(number)
    lines = await desk_ledger.do(lambda session: clocks_of(session, case.id))
    assert {line.left for line in lines if line.kind is not PROGRESS} == {None}


async def test_the_queue_knows_what_to_do_when_the_customer_writes(
    desk_ledger: LedgerWorld, tmp_path: Any
) -> None:
    assert CUSTOMER_WROTE in create_queue(make_desk(desk_ledger.database, tmp_path)).tasks


async def test_a_resolved_case_does_not_wait(desk_ledger: LedgerWorld, number: str, anna: Staff) -> None:
    await wait(desk_ledger, number, anna)
    await desk_ledger.resolve(number, anna)
    found = await desk_ledger.do(lambda session: complaint(session, number))
    assert found
    assert found.waiting is None
    assert (await desk_ledger.case(number)).status is CaseStatus.RESOLVED
