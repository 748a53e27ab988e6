"""The same clocks with a real worker and durations of a second: nothing here is called by hand."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.jobs import create_queue
from ledger.models import Notice
from ledger.policy import Escalation, Rung, Step
from ledger.services import clocks, departments
from ledger.vocabulary import ClockKind, NoticeKind, Role, Signal
from tests.emulator.desk import make_desk
from tests.ledger_world import LedgerWorld

SECOND = timedelta(seconds=1)
HURRY = {
    "reminders": {ClockKind.HEADQUARTERS: (SECOND / 2,)},
    "escalation": Escalation(
        steps=(
            Step(to=Rung.DELEGATE, after=timedelta()),
            Step(to=Rung.SUPERVISORS, after=SECOND / 2),
        ),
        urge_every=SECOND / 2,
    ),
}


@pytest.fixture
async def hurried(desk_ledger: LedgerWorld, tmp_path: Path) -> AsyncIterator[LedgerWorld]:
    """A desk whose headquarters has one second, with the worker of its clocks running."""
    shorter = desk_ledger.policy.clocks.model_copy(update={"headquarters": SECOND})
    desk_ledger.policy = desk_ledger.policy.model_copy(update={"clocks": shorter, **HURRY})
    desk_ledger.now = datetime.now(UTC)
    desk = make_desk(desk_ledger.database, tmp_path)
    desk.policy = desk_ledger.policy
    async with create_queue(desk).open_async() as queue:
        worker = asyncio.create_task(
            queue.run_worker_async(
                queues=["clocks"], fetch_job_polling_interval=0.1, install_signal_handlers=False
            )
        )
        yield desk_ledger
        worker.cancel()
        await asyncio.wait({worker})


async def first_told(world: LedgerWorld, kind: NoticeKind) -> datetime:
    """When the first notice of this kind was written; waits for it."""
    async with asyncio.timeout(10):
        while True:
            at = await world.all(select(Notice.at).where(Notice.kind == kind).order_by(Notice.id))
            if at:
                return at[0]
            await asyncio.sleep(0.05)


async def test_the_queue_reminds_breaches_escalates_and_urges_until_acknowledged(
    hurried: LedgerWorld,
) -> None:
    duty, delegate = await hurried.staff("duty"), await hurried.staff("delegate")
    boss = await hurried.staff("boss", Role.SUPERVISOR)
    await hurried.on_duty("headquarters", duty)
    await hurried.do(
        lambda session: departments.set_delegate(
            session, key="headquarters", delegate=delegate, by=None, now=hurried.now
        )
    )
    hurried.now = datetime.now(UTC)
    hearing = await hurried.complains(signals=(Signal.MEDIA_THREAT,))

    assert await first_told(hurried, NoticeKind.URGING)
    clock = await hurried.clock(hearing.number, ClockKind.HEADQUARTERS)
    assert await first_told(hurried, NoticeKind.REMINDER) < clock.due_at
    assert abs(await first_told(hurried, NoticeKind.BREACH) - clock.due_at) < SECOND
    told = [(kind, who) for kind, who, _ in await hurried.told()]
    assert told[:5] == [
        ("special_user", "duty"),
        ("reminder", "duty"),
        ("breach", "duty"),
        ("escalation", "delegate"),
        ("escalation", "boss"),
    ]

    await hurried.do(
        lambda session: clocks.acknowledge(session, number=hearing.number, staff=boss, now=datetime.now(UTC))
    )
    after = len(await hurried.notices())
    await asyncio.sleep(1.2)
    assert len(await hurried.notices()) == after
