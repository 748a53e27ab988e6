"""A desk that is told to stop finishes what is in hand and hands the rest over (docs/operations.md)."""

import asyncio
import json
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import websockets

from tests.desk_process import DeskProcess, SlowEngine, query, slow_engine

SERVICE_RESTART = 1012
FORM_BEGINS = b'--xyz\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n\r\n'
FORM_ENDS = b"\r\n--xyz--\r\n"
JOBS = "SELECT status, count(*) FROM procrastinate_jobs GROUP BY status"


@pytest.fixture
async def engine() -> AsyncIterator[SlowEngine]:
    async with slow_engine() as one:
        yield one


@pytest.fixture
async def desk(database_url: str, engine: SlowEngine, home: Path) -> AsyncIterator[DeskProcess]:
    one = DeskProcess(home, database_url, engine.url)
    yield await one.ready()
    await one.close()


@pytest.fixture
async def other(database_url: str, engine: SlowEngine, home: Path) -> AsyncIterator[DeskProcess]:
    """A second desk on the same database."""
    one = DeskProcess(home, database_url, engine.url)
    yield await one.ready()
    await one.close()


async def test_an_idle_desk_stops_at_once_and_says_that_all_went_well(desk: DeskProcess) -> None:
    desk.signal(signal.SIGTERM)
    assert await desk.ended() == 0


async def test_a_turn_in_flight_is_finished(desk: DeskProcess, engine: SlowEngine, database_url: str) -> None:
    engine.pause = 3
    visitor = await desk.visitor()
    await visitor.says(desk, "你好")
    await engine.begun.wait()
    desk.signal(signal.SIGTERM)
    assert await desk.ended() == 0
    assert query(database_url, "SELECT author FROM messages ORDER BY id") == [("customer",), ("bot",)]
    assert query(database_url, JOBS) == []
    assert list(engine.turns.values()) == [1]


async def test_a_turn_that_takes_too_long_is_handed_over_and_answered_once(
    desk: DeskProcess, other: DeskProcess, engine: SlowEngine, database_url: str
) -> None:
    other.signal(signal.SIGSTOP)
    engine.pause = 60
    visitor = await desk.visitor()
    await visitor.says(desk, "你好")
    await engine.begun.wait()
    other.signal(signal.SIGCONT)
    desk.signal(signal.SIGTERM)
    assert await visitor.hears(other) == ["记下了:你好"]
    assert await desk.ended() == 0
    assert query(database_url, "SELECT author FROM messages ORDER BY id") == [("customer",), ("bot",)]
    assert list(engine.turns.values()) == [2]


async def test_an_open_poll_is_answered_and_its_customer_goes_on_elsewhere(
    desk: DeskProcess, other: DeskProcess
) -> None:
    visitor = await desk.visitor()
    poll = asyncio.create_task(visitor.reads(desk, wait=30))
    await asyncio.sleep(0.5)
    desk.signal(signal.SIGTERM)
    assert await poll == []
    assert await desk.ended() == 0
    with pytest.raises(httpx.ConnectError):
        await visitor.says(desk, "你好")
    await visitor.says(other, "你好")
    assert await visitor.hears(other) == ["记下了:你好"]


async def test_a_socket_is_told_to_come_again(desk: DeskProcess) -> None:
    visitor = await desk.visitor()
    token = visitor.headers["Authorization"].removeprefix("Bearer ")
    async with websockets.connect(f"ws://127.0.0.1:{desk.port}/api/v1/chat/ws") as talk:
        await talk.send(json.dumps({"type": "hello", "token": token}))
        assert json.loads(await talk.recv())["type"] == "ready"
        desk.signal(signal.SIGTERM)
        with pytest.raises(websockets.ConnectionClosed) as closed:
            await talk.recv()
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == SERVICE_RESTART
    assert await desk.ended() == 0


async def test_an_upload_under_way_is_taken(desk: DeskProcess, database_url: str) -> None:
    visitor = await desk.visitor()
    head, tail = b"\x89PNG\r\n\x1a\n" + b"0" * 5000, b"1" * 5000

    async def slowly() -> AsyncIterator[bytes]:
        yield FORM_BEGINS + head
        desk.signal(signal.SIGTERM)
        await asyncio.sleep(2)
        yield tail + FORM_ENDS

    length = len(FORM_BEGINS + head + tail + FORM_ENDS)
    headers = {"Content-Type": "multipart/form-data; boundary=xyz", "Content-Length": str(length)}
    sent = await desk.client.post(
        "/api/v1/chat/files", content=slowly(), headers={**visitor.headers, **headers}
    )
    assert sent.status_code == 202
    assert await desk.ended() == 0
    assert query(database_url, "SELECT size FROM attachments") == [(len(head + tail),)]
