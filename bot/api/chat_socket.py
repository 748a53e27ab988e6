"""The customer's socket: the same conversation as the API's, pushed (docs/api.md, "Socket").

The first frame bears the token, so that it never stands in an address or a log.
"""

import asyncio
import json
from contextlib import suppress
from typing import Annotated, Any, Literal

from fastapi import APIRouter, WebSocket, WebSocketDisconnect
from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from bot import visitors
from bot.api import chat
from bot.api.wiring import the_desk, the_doorkeeper, web_of
from bot.channels.web import Ear
from bot.desk import Desk
from bot.presence import CUSTOMER_TYPING
from bot.problem import UNAVAILABLE, Problem, unavailable
from bot.throttle import Rate, Throttle
from bot.visitors import Doorkeeper
from ledger.live import notify
from ledger.views.visitors import Visitor

HELLO_SECONDS = 10.0
# Close codes of our own: 4000 plus the HTTP status that says the same.
NO_HELLO, UNKNOWN_TOKEN, AWAY = 4408, 4401, 1013

router = APIRouter()


class Hello(BaseModel):
    """The first frame: who it is, and the last message they have."""

    type: Literal["hello"]
    token: str
    after: int = Field(default=0, ge=0, le=2**63 - 1)


class Says(BaseModel):
    """A message; answered by an `ack` with the same `client_id`, or by a `problem`."""

    type: Literal["message"]
    text: str
    client_id: chat.ClientId
    complete: bool = False


class Types(BaseModel):
    """The customer is writing."""

    type: Literal["typing"]


class Ping(BaseModel):
    """Are you there? Answered by `pong`."""

    type: Literal["ping"]


_frames: TypeAdapter[Says | Types | Ping] = TypeAdapter(
    Annotated[Says | Types | Ping, Field(discriminator="type")]
)


@router.websocket("/api/v1/chat/ws")
async def chat_socket(socket: WebSocket) -> None:
    """Serve one visitor until either side goes."""
    await socket.accept()
    desk = the_desk(socket)
    with suppress(WebSocketDisconnect, RuntimeError):
        hello = await _hello(socket)
        visitor = await _visitor(socket, desk, hello) if hello else None
        if hello and visitor:
            await _Talk(socket, desk, visitor, the_doorkeeper(socket)).run(hello.after)


async def _hello(socket: WebSocket) -> Hello | None:
    try:
        async with asyncio.timeout(HELLO_SECONDS):
            return Hello.model_validate_json(await socket.receive_text())
    except (TimeoutError, ValidationError, KeyError):
        await socket.close(NO_HELLO, "say hello first")
        return None


async def _visitor(socket: WebSocket, desk: Desk, hello: Hello) -> Visitor | None:
    try:
        return await visitors.by_token(desk, hello.token)
    except Problem as problem:
        await socket.send_json({**problem.document(), "type": "problem"})
        await socket.close(UNKNOWN_TOKEN, problem.code)
    except UNAVAILABLE:
        await socket.close(AWAY, "try again")
    return None


class _Talk:
    """One visitor at one socket."""

    def __init__(self, socket: WebSocket, desk: Desk, visitor: Visitor, doorkeeper: Doorkeeper) -> None:
        self._socket = socket
        self._desk = desk
        self._visitor = visitor
        self._doorkeeper = doorkeeper
        self._typing = Throttle(Rate(burst=5, a_minute=30))

    async def run(self, after: int) -> None:
        """Until the visitor leaves or the database does."""
        with web_of(self._desk).listen(self._visitor.conversation_id, self._visitor.address) as ear:
            sides = [asyncio.create_task(self._tell(after, ear)), asyncio.create_task(self._hear())]
            try:
                done, _ = await asyncio.wait(sides, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for side in sides:
                    side.cancel()
                await asyncio.gather(*sides, return_exceptions=True)
        await self._leave(next(iter(done)).exception())

    async def _leave(self, why: BaseException | None) -> None:
        if isinstance(why, UNAVAILABLE):
            await self._socket.close(AWAY, "try again")
        elif why is not None:
            raise why

    async def _tell(self, after: int, ear: Ear) -> None:
        """History first, then whatever is new."""
        after = await self._tell_new(after)
        await self._socket.send_json({"type": "ready", "conversation": self._visitor.conversation_id})
        while True:
            if await ear.wait():
                await self._socket.send_json({"type": "typing"})
            after = await self._tell_new(after)

    async def _tell_new(self, after: int) -> int:
        while found := await chat.read(self._desk, self._visitor, after):
            for message in found:
                await self._socket.send_json({"type": "message", "message": message.model_dump(mode="json")})
            after = found[-1].id
        return after

    async def _hear(self) -> None:
        while True:
            text = await self._socket.receive_text()
            try:
                frame = _frames.validate_python(json.loads(text))
            except (ValueError, RecursionError):
                await self._refuse(Problem(422, "invalid", "This frame cannot be read."), _client_id(text))
                continue
            await self._answer(frame)

    async def _answer(self, frame: Says | Types | Ping) -> None:
        match frame:
            case Says():
                await self._take(frame)
            case Types():
                await self._pass_typing_on()
            case Ping():
                await self._socket.send_json({"type": "pong"})

    async def _take(self, said: Says) -> None:
        try:
            text = self._doorkeeper.readable(said.text)
            self._doorkeeper.let_write(self._desk, self._visitor)
            received = await chat.receive(
                self._desk, self._visitor, client_id=said.client_id, text=text, complete=said.complete
            )
        except Problem as problem:
            await self._refuse(problem, said.client_id)
        except UNAVAILABLE:
            await self._refuse(unavailable(), said.client_id)
        else:
            await self._socket.send_json(
                {"type": "ack", "client_id": said.client_id, "id": received.message_id}
            )

    async def _refuse(self, problem: Problem, client_id: str | None) -> None:
        about = {"client_id": client_id} if client_id else {}
        # A problem document has a `type` too: the frame's own goes last.
        await self._socket.send_json({**problem.document(), **about, "type": "problem"})

    async def _pass_typing_on(self) -> None:
        now = self._desk.now()
        if self._typing.take("", now):
            return
        async with self._desk.database.transaction() as session:
            await notify(
                session, CUSTOMER_TYPING, conversation=self._visitor.conversation_id, at=now.isoformat()
            )


def _client_id(text: str) -> str | None:
    """The id of a frame that is otherwise wrong, so that its sender knows which one it was."""
    with suppress(ValueError, AttributeError):
        found: Any = TypeAdapter(dict[str, Any]).validate_json(text).get("client_id")
        return found if isinstance(found, str) else None
    return None
