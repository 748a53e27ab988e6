"""What the customer's side tells the desk that listens: nothing follows, or more is being written."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from websockets.asyncio.client import connect

from tests import policies
from tests.served_desk import ServedDesk, Visitor, serving
from tests.stand_ins import eventually

UNFINISHED = "还有，"


@pytest.fixture
async def patient(database_url: str, tmp_path: Path) -> AsyncIterator[ServedDesk]:
    """A desk that would listen for half a minute."""
    policy = policies.listening(unfinished="30s", longest="30s")
    async with serving(database_url, tmp_path, policy=policy) as served:
        yield served


async def test_what_is_said_to_be_complete_is_answered_at_once(patient: ServedDesk) -> None:
    visitor = await patient.visitor()
    body = {"text": UNFINISHED, "client_id": "a", "complete": True}
    await patient.client.post("/api/v1/chat/messages", json=body, headers=visitor.header)

    assert (await visitor.reads_until(2))[1]["text"] == f"记下了:{UNFINISHED}"


async def test_a_complete_message_at_the_socket_is_answered_with_those_before_it(
    patient: ServedDesk,
) -> None:
    visitor = await patient.visitor()

    await _frames(patient, visitor, {"type": "message", "text": UNFINISHED, "client_id": "a"})
    await _frames(patient, visitor, {"type": "message", "text": "退款", "client_id": "b", "complete": True})

    assert (await visitor.reads_until(3))[2]["text"] == f"记下了:{UNFINISHED}\n退款"


async def test_the_desk_knows_who_is_writing(patient: ServedDesk) -> None:
    visitor = await patient.visitor()
    before = patient.desk.now()

    await _frames(patient, visitor, {"type": "typing"})

    await eventually(lambda: patient.desk.typists.last(visitor.conversation) is not None)
    seen = patient.desk.typists.last(visitor.conversation)
    assert seen is not None
    assert before <= seen <= patient.desk.now()


async def _frames(served: ServedDesk, visitor: Visitor, *frames: dict[str, object]) -> None:
    """Send these over a socket and stay until each was heard."""
    async with connect(served.url.replace("http", "ws") + "/api/v1/chat/ws", proxy=None) as socket:
        await socket.send(json.dumps({"type": "hello", "token": visitor.token}))
        for frame in (*frames, {"type": "ping"}):
            await socket.send(json.dumps(frame))
        while json.loads(await socket.recv())["type"] != "pong":
            pass
