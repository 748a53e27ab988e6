"""Clocks fire within a second of their time, by the real workers and in real time, whatever else goes on."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select, text

from bot.desk import Desk
from bot.engine import Engine
from bot.workers import Workers
from ledger.db import Database
from ledger.models import Clock, Entry
from ledger.policy import Policy
from ledger.services import clocks, messages
from ledger.services.case_lock import lock
from ledger.vocabulary import ClockKind
from tests.emulator.desk import make_desk
from tests.ledger_world import LedgerWorld

SECOND = timedelta(seconds=1)
HELD_CONNECTIONS = 30
MANY, MANY_IN = 10, 4 * SECOND


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
async def world(desk_ledger: LedgerWorld) -> LedgerWorld:
    """A ledger in real time."""
    desk_ledger.now = now()
    return desk_ledger


def with_length(policy: Policy, length: timedelta) -> Policy:
    """The policy whose headquarters has so long."""
    changed = policy.clocks.model_copy(update={"headquarters": length})
    return policy.model_copy(update={"clocks": changed})


async def start(
    world: LedgerWorld, lengths: Sequence[timedelta], started_at: datetime | None = None
) -> dict[int, datetime]:
    """A case with a headquarters clock for each length; the clocks' due times by id."""
    cases = [(await world.complains()).number for _ in lengths]
    due: dict[int, datetime] = {}
    for number, length in zip(cases, lengths, strict=True):
        case_id = (await world.case(number)).id
        policy = with_length(world.policy, length)
        async with world.database.transaction() as session:
            clock = await clocks.start(
                session,
                case=await lock(session, case_id),
                kind=ClockKind.HEADQUARTERS,
                policy=policy,
                now=started_at or now(),
            )
        assert clock.due_at
        due[clock.id] = clock.due_at
    return due


async def lateness(
    database: Database, due: dict[int, datetime], since: datetime | None = None
) -> list[float]:
    """How many seconds after it was due (or after ``since``) each clock was seen to be breached, sorted."""
    seen: dict[int, float] = {}
    # A connection of its own: what is measured must not wait for what measures.
    watching = Database(database.url, pool_size=1)
    async with asyncio.timeout(30):
        while len(seen) < len(due):
            breached = select(Clock.id).where(
                Clock.id.in_(due.keys() - seen.keys()), Clock.breached_at.is_not(None)
            )
            async with watching.transaction() as session:
                fired = (await session.scalars(breached)).all()
            seen |= {clock: (now() - (since or due[clock])).total_seconds() for clock in fired}
            await asyncio.sleep(0.01)
    await watching.close()
    return sorted(seen.values())


@asynccontextmanager
async def working(world: LedgerWorld, home: Path, desks: int = 1) -> AsyncIterator[list[Desk]]:
    """Desks with all their workers, on the world's database."""
    async with AsyncExitStack() as stack:
        made = []
        for _ in range(desks):
            database = Database(world.database.url)
            stack.push_async_callback(database.close)
            desk = make_desk(database, home)
            desk.engine = Engine(["http://engine"], "secret", transport=httpx.MockTransport(_hangs))
            workers = Workers(desk)
            await workers.start()
            stack.push_async_callback(workers.stop)
            made.append(desk)
        yield made


async def _hangs(request: httpx.Request) -> httpx.Response:
    await asyncio.sleep(60)
    return httpx.Response(503)


async def test_while_nothing_else_goes_on(world: LedgerWorld, tmp_path: Path) -> None:
    async with working(world, tmp_path):
        due = await start(world, [SECOND + index * SECOND / 10 for index in range(10)])
        late = await lateness(world.database, due)
    assert late[0] >= 0
    assert late[-1] < 1


async def test_many_at_the_same_moment(world: LedgerWorld, tmp_path: Path) -> None:
    moment = now() + MANY_IN
    async with working(world, tmp_path):
        due = await start(world, [MANY_IN] * MANY, started_at=moment - MANY_IN)
        late = await lateness(world.database, due)
    assert set(due.values()) == {moment}
    assert late[-1] < 1


async def test_while_the_engine_hangs_and_the_connections_are_taken(
    world: LedgerWorld, tmp_path: Path
) -> None:
    async with working(world, tmp_path) as [desk], asyncio.TaskGroup() as load:
        for _ in range(40):
            await _wants_an_answer(world)
        hogs = [load.create_task(_hog(desk.database)) for _ in range(HELD_CONNECTIONS * 2)]
        due = await start(world, [SECOND + index * SECOND / 10 for index in range(10)])
        late = await lateness(world.database, due)
        for hog in hogs:
            hog.cancel()
    assert late[-1] < 1


async def _wants_an_answer(world: LedgerWorld) -> None:
    conversation = await world.conversation()
    await world.do(
        lambda session: messages.receive(
            session,
            channel="web",
            address="",
            text="冰箱坏了",
            client_id=f"{conversation}",
            now=now(),
            conversation_id=conversation,
        )
    )


async def _hog(database: Database) -> None:
    while True:
        async with database.transaction() as session:
            await session.execute(text("SELECT pg_sleep(2)"))


async def test_those_that_fell_due_while_the_desk_was_down_fire_at_once(
    world: LedgerWorld, tmp_path: Path
) -> None:
    due = await start(world, [SECOND / 10] * 10)
    await asyncio.sleep(0.5)
    up = now()
    async with working(world, tmp_path):
        late = await lateness(world.database, due, since=up)
    assert late[-1] < 1


async def test_two_desks_fire_a_clock_once(world: LedgerWorld, tmp_path: Path) -> None:
    async with working(world, tmp_path, desks=2):
        due = await start(world, [SECOND] * 6)
        late = await lateness(world.database, due)
        await asyncio.sleep(1)
    assert late[-1] < 1
    book = select(Entry.after["clock"].as_integer()).where(Entry.action == "clock.breached")
    assert sorted(await world.all(book)) == sorted(due)
