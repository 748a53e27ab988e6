"""The customer's socket, frame by frame."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from ledger.live import notify
from tests import policies
from tests.served_desk import ServedDesk, Visitor, serving


class Line:
    """One end of a socket."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket

    async def says(self, **frame: Any) -> None:
        await self.socket.send(json.dumps(frame))

    async def hears(self, *kinds: str) -> dict[str, Any]:
        """The next frame of one of these kinds (of any kind, if none is named)."""
        async with asyncio.timeout(10):
            while True:
                frame: dict[str, Any] = json.loads(await self.socket.recv())
                if not kinds or frame["type"] in kinds:
                    return frame


@asynccontextmanager
async def line(served: ServedDesk) -> AsyncIterator[Line]:
    async with connect(served.url.replace("http", "ws") + "/api/v1/chat/ws", proxy=None) as socket:
        yield Line(socket)


@asynccontextmanager
async def talking(served: ServedDesk, visitor: Visitor, after: int = 0) -> AsyncIterator[Line]:
    async with line(served) as other:
        await other.says(type="hello", token=visitor.token, after=after)
        yield other


async def test_a_message_is_acknowledged_and_answered(served: ServedDesk) -> None:
    async with talking(served, await served.visitor()) as desk:
        assert (await desk.hears())["type"] == "ready"

        await desk.says(type="message", text="冰箱坏了", client_id="a")

        acknowledged = await desk.hears("ack")
        first, second = [(await desk.hears("message"))["message"] for _ in range(2)]
        assert acknowledged["client_id"] == "a"
        assert (first["id"], first["client_id"], first["text"]) == (acknowledged["id"], "a", "冰箱坏了")
        assert (second["author"], second["text"]) == ("bot", "记下了:冰箱坏了")


async def test_the_history_after_the_last_message_comes_before_ready(served: ServedDesk) -> None:
    visitor = await served.visitor()
    await visitor.says("冰箱坏了", "a")
    first, second = await visitor.reads_until(2)

    async with talking(served, visitor, after=first["id"]) as desk:
        frames = [await desk.hears(), await desk.hears()]

    assert [frame["type"] for frame in frames] == ["message", "ready"]
    assert frames[0]["message"]["id"] == second["id"]


async def test_the_same_client_id_again_is_acknowledged_with_the_same_id(served: ServedDesk) -> None:
    async with talking(served, await served.visitor()) as desk:
        for _ in range(2):
            await desk.says(type="message", text="冰箱坏了", client_id="a")
        first, second = await desk.hears("ack"), await desk.hears("ack")

    assert first == second


async def test_a_wrong_token_is_told_so_and_the_line_closed(served: ServedDesk) -> None:
    async with line(served) as desk:
        await desk.says(type="hello", token="wrong")

        assert (await desk.hears("problem"))["status"] == 401
        with pytest.raises(ConnectionClosed) as closed:
            await desk.hears()

    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4401


@pytest.mark.parametrize("frame", ["{}", "not json", '{"type": "message", "text": "x", "client_id": "a"}'])
async def test_who_does_not_say_hello_is_not_heard(served: ServedDesk, frame: str) -> None:
    async with line(served) as desk:
        await desk.socket.send(frame)

        with pytest.raises(ConnectionClosed):
            await desk.hears()


async def test_a_frame_nobody_can_read_does_not_end_the_line(served: ServedDesk) -> None:
    async with talking(served, await served.visitor()) as desk:
        await desk.says(type="dance", client_id="a")

        problem = await desk.hears("problem")
        await desk.says(type="ping")
        assert (problem["status"], problem["client_id"]) == (422, "a")
        assert await desk.hears("pong")


async def test_a_flood_is_held_off_with_the_time_to_wait(database_url: str, tmp_path: Path) -> None:
    policy = policies.at_once()
    policy = policy.model_copy(update={"limits": policy.limits.model_copy(update={"messages_a_minute": 1})})
    async with (
        serving(database_url, tmp_path, policy=policy) as served,
        talking(served, await served.visitor()) as desk,
    ):
        await desk.says(type="message", text="一", client_id="a")
        await desk.says(type="message", text="二", client_id="b")

        problem = await desk.hears("problem")

    assert (problem["status"], problem["client_id"]) == (429, "b")
    assert problem["retry_after"] > 0


async def test_typing_reaches_the_customer(served: ServedDesk) -> None:
    visitor = await served.visitor()
    async with talking(served, visitor) as desk:
        await desk.hears("ready")
        async with served.desk.database.transaction() as session:
            await notify(session, "typing", conversation=visitor.conversation)

        assert await desk.hears("typing")


async def test_the_customers_typing_reaches_the_desk_but_not_themselves(served: ServedDesk) -> None:
    visitor = await served.visitor()
    async with served.desk.live.subscribe("customer_typing") as news, talking(served, visitor) as desk:
        await desk.hears("ready")
        await desk.says(type="typing")

        async with asyncio.timeout(5):
            assert (await news.get())["conversation"] == visitor.conversation
        await desk.says(type="ping")
        assert (await desk.hears())["type"] == "pong"


async def test_what_an_agent_writes_arrives_at_once_in_every_window(served: ServedDesk) -> None:
    visitor = await served.visitor()
    header = await served.token_of(await served.staff())
    address = f"/api/v1/conversations/{visitor.conversation}"
    await served.client.post(f"{address}/take", headers=header)

    async with talking(served, visitor) as one, talking(served, visitor) as other:
        await one.hears("ready")
        await other.hears("ready")
        await served.client.post(f"{address}/messages", json={"text": "我是王芳"}, headers=header)

        for window in (one, other):
            message = (await window.hears("message"))["message"]
            assert (message["author"], message["text"]) == ("agent", "我是王芳")


async def test_a_quiet_line_asks_the_database_for_nothing(served: ServedDesk) -> None:
    one, other = await served.visitor(), await served.visitor()
    reads: list[str] = []
    async with talking(served, one) as desk:
        await desk.hears("ready")
        _count_reads(served, reads)
        await other.says("别的事", "a")
        await other.reads_until(2)

    assert str(one.conversation) not in reads


def _count_reads(served: ServedDesk, reads: list[str]) -> None:
    def note(_c: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if "FROM messages" in statement and isinstance(parameters, dict):
            reads.extend(str(value) for name, value in parameters.items() if "conversation_id" in name)

    event.listen(served.desk.database.engine.sync_engine, "before_cursor_execute", note)
