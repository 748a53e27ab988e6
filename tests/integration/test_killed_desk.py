"""One of two desks is killed or frozen in the middle of a turn; the other goes on (docs/operations.md)."""

import asyncio
import signal
from collections.abc import AsyncIterator
from pathlib import Path
from time import monotonic

import pytest

from tests.desk_process import Customer, DeskProcess, SlowEngine, query, slow_engine

ANSWER = "记下了:你好"


@pytest.fixture
async def engine() -> AsyncIterator[SlowEngine]:
    async with slow_engine() as one:
        yield one


@pytest.fixture
async def desks(
    database_url: str, engine: SlowEngine, home: Path
) -> AsyncIterator[tuple[DeskProcess, DeskProcess]]:
    one, other = (DeskProcess(home, database_url, engine.url) for _ in range(2))
    yield await one.ready(), await other.ready()
    await one.close()
    await other.close()


@pytest.fixture
async def customer(desks: tuple[DeskProcess, DeskProcess], engine: SlowEngine) -> Customer:
    """Somebody whose message the first desk is answering, slowly."""
    desk, other = desks
    engine.pause = 30
    visitor = await desk.visitor()
    other.signal(signal.SIGSTOP)
    await visitor.says(desk, "你好")
    await engine.begun.wait()
    other.signal(signal.SIGCONT)
    await asyncio.sleep(3)  # the other one may have seemed dead itself
    return visitor


async def test_a_killed_desks_turn_is_answered_once_by_the_other(
    desks: tuple[DeskProcess, DeskProcess], customer: Customer, database_url: str
) -> None:
    desk, other = desks
    desk.signal(signal.SIGKILL)
    began = monotonic()
    assert await customer.hears(other) == [ANSWER]
    print(f"taken over {monotonic() - began:.1f} s after the kill")
    assert query(database_url, "SELECT count(*) FROM messages WHERE author = 'bot'") == [(1,)]


async def test_a_frozen_desk_that_wakes_up_again_says_nothing_twice_and_works_on(
    desks: tuple[DeskProcess, DeskProcess], customer: Customer, engine: SlowEngine, database_url: str
) -> None:
    desk, other = desks
    desk.signal(signal.SIGSTOP)
    assert await customer.hears(other) == [ANSWER]
    desk.signal(signal.SIGCONT)
    engine.pause = 0
    other.signal(signal.SIGTERM)
    assert await other.ended() == 0
    await customer.says(desk, "还在吗", "m2")
    assert await customer.hears(desk, 2) == [ANSWER, "记下了:还在吗"]
    await asyncio.sleep(1)
    assert query(database_url, "SELECT count(*) FROM messages WHERE author = 'bot'") == [(2,)]
    assert max(engine.turns.values()) == 2
