"""Messages as nobody should write them: far too long, half characters, zeros, many accents (docs/api.md)."""

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import websockets
from sqlalchemy import select

from bot import conversation
from bot.conversation import Edited, Incoming
from ledger.models import Edit, Message
from tests.served_desk import ServedDesk, Visitor

MEGABYTE = "听" * 350_000
HALF = "\ud83d"
STRANGE = {
    "zeros": ("洗衣机\x00坏\x00了", "洗衣机坏了"),
    "half a character": (f"坏了{HALF}", "坏了\ufffd"),
    "half a character in the middle": (f"a{HALF}b\udc00c", "a\ufffdb\ufffdc"),
    "ten thousand accents": ("a" + "\u0301" * 9_999, "a" + "\u0301" * 9_999),
    "marks of direction and joiners": ("\u202e坏了\u202c\u200d\ufeff", "\u202e坏了\u202c\u200d\ufeff"),
    "control characters": ("坏\x07了\x1b[31m", "坏\x07了\x1b[31m"),
    "what is no character": ("坏了\uffff\U0010ffff", "坏了\uffff\U0010ffff"),
}


@pytest.fixture
async def visitor(served: ServedDesk) -> Visitor:
    return await served.visitor()


@pytest.fixture
async def socket(served: ServedDesk, visitor: Visitor) -> AsyncIterator[Any]:
    url = served.url.replace("http", "ws") + "/api/v1/chat/ws"
    async with websockets.connect(url, max_size=None) as opened:
        await opened.send(json.dumps({"type": "hello", "token": visitor.token}))
        assert json.loads(await opened.recv())["type"] == "ready"
        yield opened


async def post(visitor: Visitor, text: str) -> httpx.Response:
    """As JSON in ASCII, which can say half a character."""
    return await visitor.served.client.post(
        "/api/v1/chat/messages",
        content=json.dumps({"text": text, "client_id": "m1"}),
        headers={**visitor.header, "Content-Type": "application/json"},
    )


async def stored(served: ServedDesk, model: Any = Message) -> list[str]:
    async with served.desk.database.transaction() as session:
        return list(await session.scalars(select(model.text).order_by(model.id)))


@pytest.mark.parametrize("kind", STRANGE)
async def test_what_can_be_kept_is_kept_and_answered(served: ServedDesk, visitor: Visitor, kind: str) -> None:
    written, kept = STRANGE[kind]
    answer = await post(visitor, written)
    assert answer.status_code == 202, answer.text
    said = await visitor.reads_until(2)
    assert said[0]["text"] == kept


@pytest.mark.parametrize("kind", STRANGE)
async def test_the_socket_keeps_the_same(
    served: ServedDesk, visitor: Visitor, socket: Any, kind: str
) -> None:
    written, kept = STRANGE[kind]
    await socket.send(json.dumps({"type": "message", "text": written, "client_id": "m1"}))
    answer = json.loads(await socket.recv())
    while answer["type"] not in ("ack", "problem"):
        answer = json.loads(await socket.recv())
    assert answer["type"] == "ack", answer
    assert (await visitor.reads_until(2))[0]["text"] == kept


@pytest.mark.parametrize("kind", STRANGE)
async def test_a_platforms_message_and_its_edit_are_kept_too(served: ServedDesk, kind: str) -> None:
    written, kept = STRANGE[kind]
    written_by = {"channel": "telegram", "address": "7", "client_id": "1"}
    await conversation.receive(served.desk, Incoming(**written_by, text=written, display_name=HALF))
    assert await conversation.record_edit(served.desk, Edited(**written_by, edit_id="1:2", text=written))
    assert (await stored(served))[0] == kept
    assert await stored(served, Edit) == [kept]


@pytest.mark.parametrize("text", ["听" * 10_001, MEGABYTE], ids=["over the limit", "a megabyte"])
async def test_a_message_that_is_too_long_is_refused_with_the_limit_and_a_way_out(
    visitor: Visitor, text: str
) -> None:
    answer = await post(visitor, text)
    problem = answer.json()
    assert (answer.status_code, problem["code"], problem["limit"]) == (413, "message_too_long", 10_000)
    assert "several messages" in problem["detail"]
    assert await visitor.reads() == []


async def test_the_socket_refuses_it_likewise_and_stays_open(visitor: Visitor, socket: Any) -> None:
    await socket.send(json.dumps({"type": "message", "text": "听" * 10_001, "client_id": "m1"}))
    problem = json.loads(await socket.recv())
    assert (problem["type"], problem["code"], problem["client_id"]) == ("problem", "message_too_long", "m1")
    await socket.send(json.dumps({"type": "ping"}))
    assert json.loads(await socket.recv())["type"] == "pong"


async def test_a_frame_of_megabytes_is_not_taken_into_memory(visitor: Visitor, socket: Any) -> None:
    await socket.send(json.dumps({"type": "message", "text": "a" * 3_000_000, "client_id": "m1"}))
    with pytest.raises(websockets.ConnectionClosed) as closed:
        await socket.recv()
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1009
    assert await visitor.reads() == []


async def test_a_body_without_end_is_cut_off(visitor: Visitor) -> None:
    async def endless() -> AsyncIterator[bytes]:
        yield b'{"client_id": "m1", "text": "'
        for _ in range(1000):
            yield b"a" * 100_000

    headers = {**visitor.header, "Content-Type": "application/json"}
    answer = await visitor.served.client.post("/api/v1/chat/messages", content=endless(), headers=headers)
    assert answer.status_code == 413
    assert answer.json()["code"] == "message_too_long"


async def test_bytes_that_are_no_text_are_refused(visitor: Visitor) -> None:
    headers = {**visitor.header, "Content-Type": "application/json"}
    for content in (b'{"client_id": "m1", "text": "\xff\xfe"}', b"\xff", b"[" * 10_000, b"nothing"):
        answer = await visitor.served.client.post("/api/v1/chat/messages", content=content, headers=headers)
        assert answer.status_code in (400, 422), content[:20]
        assert answer.headers["content-type"] == "application/problem+json"
