"""The machine's clock is set forward or back while the desk works (docs/operations.md)."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.throttle import Rate, Throttle
from tests import policies
from tests.served_desk import PASSWORD, ServedDesk, serving

BACK, FORWARD = timedelta(hours=-2), timedelta(hours=2)

MANY_MESSAGES = text(
    "INSERT INTO messages (conversation_id, author, text, client_id, at, settled_at, heard_at) "
    "SELECT :conversation, 'customer', 'x', 'n' || n, now() - interval '1 hour', now(), now() "
    "FROM generate_series(1, 200) AS n"
)


class Wall:
    """A clock on the wall, which somebody sets."""

    def __init__(self) -> None:
        self.off = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.off


@pytest.fixture
def wall() -> Wall:
    return Wall()


@pytest.fixture
async def desk(database_url: str, tmp_path: Path, wall: Wall) -> AsyncIterator[ServedDesk]:
    async with serving(database_url, tmp_path, now=wall, policy=policies.listening()) as served:
        yield served


@pytest.mark.parametrize("jump", [BACK, FORWARD], ids=["back", "forward"])
async def test_a_conversation_goes_on_and_each_message_is_answered_once(
    desk: ServedDesk, wall: Wall, jump: timedelta
) -> None:
    visitor = await desk.visitor()
    await visitor.says("洗衣机修了三次。", "m1")
    assert len(await visitor.reads_until(2)) == 2
    wall.off = jump
    taken = await visitor.says("还是漏水。", "m2")
    assert taken.status_code == 202, taken.text
    said = await visitor.reads_until(4)
    assert [one["author"] for one in said] == ["customer", "bot", "customer", "bot"]
    await asyncio.sleep(0.5)
    assert len(await visitor.reads()) == 4


async def test_who_was_being_listened_to_when_it_was_set_back_is_answered_soon(
    desk: ServedDesk, wall: Wall
) -> None:
    visitor = await desk.visitor()
    await visitor.says("我想说的是,", "m1")
    wall.off = BACK
    assert len(await visitor.reads_until(2)) == 2


@pytest.mark.parametrize(
    "jump", [timedelta(minutes=-10), BACK, FORWARD], ids=["a little back", "back", "forward"]
)
async def test_nobody_is_signed_out_or_unknown(desk: ServedDesk, wall: Wall, jump: timedelta) -> None:
    person, visitor = await desk.staff(), await desk.visitor()
    token = await desk.token_of(person)
    signed_in = await desk.client.post("/api/v1/session", json={"username": "wang", "password": PASSWORD})
    assert signed_in.is_success
    wall.off = jump
    assert (await desk.client.get("/api/v1/session", headers=token)).is_success
    assert (await desk.client.get("/api/v1/session")).is_success
    assert (await visitor.says("你好", "m1")).status_code == 202


def test_what_was_sent_before_is_not_held_against_anybody_after_the_clock_was_set_back() -> None:
    throttle, now = Throttle(Rate(burst=3, a_minute=60)), datetime(2026, 11, 22, tzinfo=UTC)
    assert [throttle.take("a", now) for _ in range(4)] == [0, 0, 0, 1]
    assert [throttle.take("a", now + BACK) for _ in range(4)] == [0, 0, 0, 1]


async def test_a_long_conversation_is_not_refused_after_the_clock_was_set_back(
    desk: ServedDesk, wall: Wall
) -> None:
    visitor = await desk.visitor()
    async with desk.desk.database.transaction() as session:
        await session.execute(MANY_MESSAGES, {"conversation": visitor.conversation})
    wall.off = BACK
    assert (await visitor.says("还是漏水。", "m1")).status_code == 202


async def test_workers_that_seem_dead_to_a_database_whose_clock_jumped_work_on(desk: ServedDesk) -> None:
    """The heartbeats are the database's times: after a jump all of them are hours old."""
    visitor = await desk.visitor()
    async with desk.desk.database.transaction() as session:
        await session.execute(
            text("UPDATE procrastinate_workers SET last_heartbeat = last_heartbeat - interval '2 hours'")
        )
    await visitor.says("洗衣机修了三次。", "m1")
    assert len(await visitor.reads_until(2)) == 2


async def test_workers_that_were_struck_off_register_again(desk: ServedDesk) -> None:
    visitor = await desk.visitor()
    async with desk.desk.database.transaction() as session:
        await session.execute(text("DELETE FROM procrastinate_workers"))
    await visitor.says("洗衣机修了三次。", "m1")
    assert len(await visitor.reads_until(2)) == 2
    await asyncio.sleep(1)
    assert len(await visitor.reads()) == 2
