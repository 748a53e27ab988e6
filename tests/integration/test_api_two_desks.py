"""Two desks on one database: no customer depends on which of them answers (docs/operations.md)."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect

from ledger.policy import Policy
from tests import policies
from tests.served_desk import ServedDesk, Visitor, serving

PNG = b"\x89PNG\r\n\x1a\n a broken fridge"


@pytest.fixture
async def desks(database_url: str, tmp_path: Path) -> AsyncIterator[tuple[ServedDesk, ServedDesk]]:
    """Two of them, with one data folder between them."""
    async with (
        serving(database_url, tmp_path) as one,
        serving(database_url, tmp_path) as other,
    ):
        yield one, other


def at(desk: ServedDesk, visitor: Visitor) -> Visitor:
    """The same visitor, whose requests reach `desk` now."""
    return Visitor(desk, visitor.token, visitor.conversation)


async def hello(desk: ServedDesk, visitor: Visitor, after: int = 0) -> ClientConnection:
    """A socket of `visitor` at `desk`."""
    socket = await connect(desk.url.replace("http", "ws") + "/api/v1/chat/ws")
    await socket.send(json.dumps({"type": "hello", "token": visitor.token, "after": after}))
    return socket


async def hears(socket: ClientConnection, kind: str, author: str | None = None) -> dict[str, Any]:
    """The next frame of a kind."""
    async with asyncio.timeout(15):
        while True:
            frame: dict[str, Any] = json.loads(await socket.recv())
            if frame["type"] == kind and (author is None or frame["message"]["author"] == author):
                return frame


async def test_a_long_poll_at_one_desk_gets_the_answer_made_by_the_other(
    desks: tuple[ServedDesk, ServedDesk],
) -> None:
    one, other = desks
    visitor = await one.visitor()
    waiting = asyncio.create_task(visitor.reads_until(2))
    assert (await at(other, visitor).says("冰箱坏了", "m1")).status_code == 202
    assert [line["author"] for line in await waiting] == ["customer", "bot"]


async def test_a_socket_at_one_desk_shows_what_was_said_at_the_other(
    desks: tuple[ServedDesk, ServedDesk],
) -> None:
    one, other = desks
    visitor = await one.visitor()
    socket = await hello(one, visitor)
    await hears(socket, "ready")
    await at(other, visitor).says("冰箱坏了", "m1")
    assert (await hears(socket, "message", "customer"))["message"]["client_id"] == "m1"
    assert (await hears(socket, "message", "bot"))["message"]["text"] == "记下了:冰箱坏了"
    await socket.close()


async def test_who_writes_at_one_desk_is_listened_to_by_the_other(
    desks: tuple[ServedDesk, ServedDesk],
) -> None:
    one, other = desks
    visitor = await one.visitor()
    socket = await hello(one, visitor)
    await hears(socket, "ready")
    await socket.send(json.dumps({"type": "typing"}))
    async with asyncio.timeout(10):
        while other.desk.typists.last(visitor.conversation) is None:  # noqa: ASYNC110 — there is no event
            await asyncio.sleep(0.02)
    await socket.close()


async def test_a_visitor_has_one_measure_at_all_desks(database_url: str, tmp_path: Path) -> None:
    clock = [datetime(2026, 11, 23, 4, tzinfo=UTC)]
    async with AsyncExitStack() as stack:
        one, other = [
            await stack.enter_async_context(
                serving(database_url, tmp_path, policy=narrow(), now=lambda: clock[0])
            )
            for _ in range(2)
        ]
        visitor = await one.visitor()
        statuses = [
            (await at((one, other)[number % 2], visitor).says(f"第{number}条", f"m{number}")).status_code
            for number in range(5)
        ]
        assert statuses == [202, 202, 202, 429, 429]
        again = await at(other, visitor).says("第1条", "m1")
        assert again.status_code == 202
        clock[0] += timedelta(seconds=61)
        assert (await at(other, visitor).says("第3条", "m3")).status_code == 202
        lines = [line for line in await visitor.reads_until(8) if line["author"] == "customer"]
        assert [line["client_id"] for line in lines] == ["m0", "m1", "m2", "m3"]


def narrow() -> Policy:
    """Three messages a minute."""
    policy = policies.at_once()
    return policy.model_copy(update={"limits": policy.limits.model_copy(update={"messages_a_minute": 3})})


async def test_a_file_sent_at_one_desk_is_read_at_the_other(desks: tuple[ServedDesk, ServedDesk]) -> None:
    one, other = desks
    visitor = await one.visitor()
    await one.client.post(
        "/api/v1/chat/files", files={"file": ("冰箱.png", PNG, "image/png")}, headers=visitor.header
    )
    [file] = (await at(other, visitor).reads())[0]["files"]
    read = await other.client.get(f"/api/v1/chat/files/{file['id']}", headers=visitor.header)
    assert read.content == PNG


async def test_nothing_is_missed_or_doubled_when_a_desk_goes_and_its_visitors_come_to_the_other(
    database_url: str, tmp_path: Path
) -> None:
    async with serving(database_url, tmp_path) as stays:
        async with serving(database_url, tmp_path) as goes:
            visitor = await goes.visitor()
            socket = await hello(goes, visitor)
            await socket.send(json.dumps({"type": "message", "text": "第一句", "client_id": "m1"}))
            after = (await hears(socket, "message", "bot"))["message"]["id"]
            goes.engine.away = stays.engine.away = True
            await socket.send(json.dumps({"type": "message", "text": "第二句", "client_id": "m2"}))
            await hears(socket, "ack")
        # The widget cannot know whether what was on its way arrived: it sends it again.
        stays.engine.away = False
        socket = await hello(stays, visitor, after)
        await socket.send(json.dumps({"type": "message", "text": "第二句", "client_id": "m2"}))
        await hears(socket, "message", "bot")
        await socket.close()
        said = [(line["author"], line["text"]) for line in await at(stays, visitor).reads()]
        assert said == [
            ("customer", "第一句"),
            ("bot", "记下了:第一句"),
            ("customer", "第二句"),
            ("bot", "记下了:第二句"),
        ]
