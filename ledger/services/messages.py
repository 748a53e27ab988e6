"""The message log: what came in, what was heard in it, what we said.

Ids grow in the order in which one conversation's messages are committed, because every writer locks the
conversation's row first.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from ledger.errors import NotFound
from ledger.heard import Heard
from ledger.models import Conversation, Message, Staff
from ledger.vocabulary import Author, Delivery, Language, Stage


class NoSuchConversation(NotFound):
    """There is no such conversation."""


@dataclass(frozen=True, slots=True)
class Received:
    """A message in the log. ``fresh`` is False for a redelivery, whose row stands already."""

    message_id: int
    conversation_id: int
    fresh: bool


@dataclass(frozen=True, slots=True)
class Kept:
    """A file whose bytes lie under ``path`` in the data folder; ``size`` in bytes."""

    name: str
    media_type: str
    size: int
    sha256: str
    path: str


@dataclass(frozen=True, slots=True)
class Reply:
    """Something to say to the customer. ``buttons`` are ``{"title", "payload"}``."""

    text: str
    stage: Stage | None = None
    script: str | None = None
    buttons: Sequence[dict[str, Any]] = field(default=())


async def open_conversation(
    session: AsyncSession,
    *,
    channel: str,
    address: str,
    now: datetime,
    display_name: str | None = None,
    language: Language | None = None,
    token_hash: bytes | None = None,
) -> Conversation:
    """A new conversation of the identity at ``address``; customer and identity are made at their first."""
    raise NotImplementedError


async def receive(
    session: AsyncSession,
    *,
    channel: str,
    address: str,
    text: str,
    client_id: str,
    now: datetime,
    display_name: str | None = None,
    language: Language | None = None,
    conversation_id: int | None = None,
    attachments: Sequence[Kept] = (),
) -> Received:
    """Log a customer's message and defer its handling, in this transaction.

    ``client_id`` is the platform's own id of the message: delivered twice, it is one row and one job.
    Without ``conversation_id`` it belongs to the identity's latest conversation, or opens one. Without text
    and attachments it is a message of a kind the desk cannot read.

    Raises NoSuchConversation.
    """
    raise NotImplementedError


async def record_edit(
    session: AsyncSession,
    *,
    channel: str,
    address: str,
    client_id: str,
    edit_id: str,
    text: str,
    now: datetime,
) -> bool:
    """Record a later wording of message ``client_id``; the first one stays, and no turn is made of it.

    Returns False when it is recorded already or the message is unknown.
    """
    raise NotImplementedError


async def store_replies(
    session: AsyncSession,
    *,
    conversation: Conversation,
    replies: Sequence[Reply],
    author: Author,
    now: datetime,
    reply_to_id: int | None = None,
    client_id: str | None = None,
    delivery: Delivery = Delivery.PENDING,
) -> list[Message]:
    """Log what we say, and defer its delivery if it is pending. The caller holds the conversation's lock.

    ``client_id`` marks the first of them; stored twice under the same, nothing happens and the list is empty.
    """
    raise NotImplementedError


async def send_as_agent(
    session: AsyncSession,
    *,
    conversation_id: int,
    staff: Staff,
    text: str,
    now: datetime,
    stage: Stage | None = None,
) -> Message:
    """Log what a member of staff says and defer its delivery; stops the case's first-response clock.

    Raises:
        NotHolder: somebody else, or nobody, holds the conversation.
        Missing: the text is blank.
    """
    raise NotImplementedError


async def note_heard(session: AsyncSession, *, message: Message, heard: Heard, now: datetime) -> None:
    """Keep the pipeline's judgement with the message; the conversation follows its language."""
    raise NotImplementedError
