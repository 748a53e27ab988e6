"""The customer's API: a session, messages in both directions, files (docs/api.md)."""

import asyncio
from datetime import datetime
from typing import Annotated
from uuid import uuid4

from fastapi import APIRouter, File, Form, Query, Request, UploadFile
from fastapi.responses import FileResponse
from pydantic import BaseModel, Field

from bot import conversation, visitors
from bot.api.attachments import response_of
from bot.api.wiring import PROBLEMS, DeskHere, DoorkeeperHere, VisitorHere, web_of
from bot.auth import address_of
from bot.channels.web import NAME, Ear
from bot.conversation import Incoming
from bot.desk import Desk
from bot.evidence import File as Evidence
from bot.media import media_type, plain_name
from bot.problem import Problem
from ledger.services.messages import Received, TooManyMessages
from ledger.views import messages
from ledger.views.messages import Line
from ledger.views.visitors import Visitor, file_of
from ledger.vocabulary import Author, Language, Stage

LONGEST_WAIT = 30.0
PAGE = 200

router = APIRouter(prefix="/api/v1/chat", tags=["customer"], responses=PROBLEMS)  # type: ignore[arg-type]

ClientId = Annotated[
    str,
    Field(
        min_length=1,
        max_length=128,
        pattern=r"^[\x21-\x7e]+$",
        description="The sender's own id of the message: sent twice, it is one message.",
    ),
]


class NewSession(BaseModel):
    """`language` is the visitor's until their words tell."""

    language: Language | None = None


class Session(BaseModel):
    """`token` opens the conversation and is told only here."""

    token: str
    conversation: int


class NewMessage(BaseModel):
    """What the customer says."""

    text: str
    client_id: ClientId
    complete: Annotated[bool, Field(description="Nothing follows: answer at once.")] = False


class MessageId(BaseModel):
    """The message is in the log."""

    id: int


class QuickReply(BaseModel):
    """`title` is shown, `payload` is what the customer is taken to say."""

    title: str
    payload: str


class FileOfMessage(BaseModel):
    """A file; its bytes are at `/api/v1/chat/files/{id}`."""

    id: int
    name: str
    media_type: str
    size: int


class ChatMessage(BaseModel):
    """A message as its customer sees it; `name` is the person's who speaks for the desk."""

    id: int
    author: Author
    name: str | None
    text: str
    stage: Stage | None
    buttons: list[QuickReply]
    at: datetime
    client_id: str | None
    files: list[FileOfMessage]


class ChatMessages(BaseModel):
    """Messages in order."""

    messages: list[ChatMessage]


@router.post("/sessions", status_code=201)
async def open_session(
    request: Request, desk: DeskHere, doorkeeper: DoorkeeperHere, wish: NewSession | None = None
) -> Session:
    """Open a conversation. The token is the only key to it: keep it, and send it as bearer token."""
    doorkeeper.let_open(desk, address_of(request))
    opened = await visitors.open_conversation(desk, wish.language if wish else None)
    return Session(token=opened.token, conversation=opened.conversation)


@router.post("/messages", status_code=202)
async def send_message(
    message: NewMessage, desk: DeskHere, visitor: VisitorHere, doorkeeper: DoorkeeperHere
) -> MessageId:
    """Say something. When this answers, the message is safe; the reply comes by the list or the socket."""
    text = doorkeeper.readable(message.text)
    doorkeeper.let_write(desk, visitor)
    received = await receive(desk, visitor, client_id=message.client_id, text=text, complete=message.complete)
    return MessageId(id=received.message_id)


@router.get("/messages")
async def read_messages(
    desk: DeskHere,
    visitor: VisitorHere,
    after: Annotated[int, Query(ge=0, le=2**63 - 1, description="The last id that was read.")] = 0,
    wait: Annotated[
        float, Query(ge=0, le=3600, description="Seconds to wait for something new, at most 30 are waited.")
    ] = 0,
) -> ChatMessages:
    """What was said after message `after`, in order, 200 at most; waits for it if asked to."""
    with web_of(desk).listen(visitor.conversation_id, visitor.address) as ear:
        found = await read(desk, visitor, after)
        if not found and wait:
            found = await _wait_and_read(desk, visitor, after, ear, min(wait, LONGEST_WAIT))
    return ChatMessages(messages=found)


@router.post("/files", status_code=202)
async def send_file(
    desk: DeskHere,
    visitor: VisitorHere,
    doorkeeper: DoorkeeperHere,
    file: Annotated[UploadFile, File(description="A photo, sound, film or PDF.")],
    text: Annotated[str, Form(description="What the customer says with it.")] = "",
    client_id: Annotated[ClientId | None, Form()] = None,
) -> MessageId:
    """Send a file as evidence. Its kind is told by its content, whatever the name says."""
    said = doorkeeper.readable(text) if text.strip() else ""
    evidence = await _evidence(file, doorkeeper.file_bytes)
    doorkeeper.let_write(desk, visitor)
    received = await receive(desk, visitor, client_id=client_id or uuid4().hex, text=said, files=[evidence])
    return MessageId(id=received.message_id)


@router.get("/files/{file_id}", response_class=FileResponse)
async def read_file(file_id: int, desk: DeskHere, visitor: VisitorHere) -> FileResponse:
    """A file of this conversation; anything but a photo comes as a download."""
    async with desk.database.transaction() as session:
        stored = await file_of(session, file_id, conversation_id=visitor.conversation_id)
    return response_of(desk, stored)


async def receive(
    desk: Desk,
    visitor: Visitor,
    *,
    client_id: str,
    text: str,
    files: list[Evidence] | None = None,
    complete: bool = False,
) -> Received:
    """Log what `visitor` says; committed when this returns. Raises Problem 429."""
    incoming = Incoming(
        channel=NAME,
        address=visitor.address,
        conversation_id=visitor.conversation_id,
        client_id=client_id,
        text=text,
        files=files or (),
        complete=complete,
        a_minute=desk.policy.limits.messages_a_minute,
    )
    try:
        return await conversation.receive(desk, incoming)
    except TooManyMessages as error:
        raise visitors.not_taken_yet(error.wait.total_seconds()) from None


async def read(desk: Desk, visitor: Visitor, after: int) -> list[ChatMessage]:
    """What the visitor may read after message `after`, at most `PAGE`."""
    async with desk.database.reading() as session:
        lines = await messages.visible(session, visitor.conversation_id, after=after, limit=PAGE)
    return [_shown(line) for line in lines]


async def _wait_and_read(
    desk: Desk, visitor: Visitor, after: int, ear: Ear, seconds: float
) -> list[ChatMessage]:
    """Nothing when the time is up, or when this process stops: whoever asked asks again, elsewhere."""
    news = asyncio.create_task(_news(desk, visitor, after, ear))
    closing = asyncio.create_task(desk.closing.wait())
    try:
        await asyncio.wait([news, closing], timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        return news.result() if news.done() else []
    finally:
        for side in (news, closing):
            side.cancel()
        await asyncio.gather(news, closing, return_exceptions=True)


async def _news(desk: Desk, visitor: Visitor, after: int, ear: Ear) -> list[ChatMessage]:
    found: list[ChatMessage] = []
    while not found:
        await ear.wait()
        found = await read(desk, visitor, after)
    return found


async def _evidence(upload: UploadFile, limit: int) -> Evidence:
    content = await upload.read(limit + 1)
    if len(content) > limit:
        raise Problem(413, "file_too_large", f"A file may have {limit // visitors.MB} MB.", limit=limit)
    kind = media_type(content)
    if kind is None:
        raise Problem(415, "file_kind", "This kind of file is not taken: send a photo, sound, film or PDF.")
    return Evidence(plain_name(upload.filename), kind, content)


def _shown(line: Line) -> ChatMessage:
    return ChatMessage(
        id=line.id,
        author=line.author,
        name=line.name,
        text=line.text,
        stage=line.stage,
        buttons=[QuickReply(**button) for button in line.buttons],
        at=line.at,
        client_id=line.client_id if line.author is Author.CUSTOMER else None,
        files=[
            FileOfMessage(id=file.id, name=file.name, media_type=file.media_type, size=file.size)
            for file in line.attachments
        ],
    )
