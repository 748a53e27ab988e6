"""Receive, answer, take over, hand back: the heart of the desk (docs/conversation.md)."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.desk import Desk
from bot.evidence import File
from ledger.models import Conversation, Message, Staff
from ledger.services.messages import Received
from ledger.vocabulary import Language, Stage


@dataclass(frozen=True, slots=True)
class Incoming:
    """A customer's message as a channel hands it over.

    ``client_id`` is the platform's own id of it, unique in the conversation. ``conversation_id`` is given
    where the channel knows it (web chat); elsewhere the identity's latest conversation goes on. ``language``
    is what the platform says of the customer, used until their words tell. No text and no files: a kind of
    message the desk cannot read, which is answered so.
    """

    channel: str
    address: str
    client_id: str
    text: str = ""
    display_name: str | None = None
    language: Language | None = None
    conversation_id: int | None = None
    files: Sequence[File] = field(default=())


@dataclass(frozen=True, slots=True)
class Edited:
    """A customer's later wording of message ``client_id``; ``edit_id`` tells one edit from the next."""

    channel: str
    address: str
    client_id: str
    edit_id: str
    text: str


async def receive(desk: Desk, incoming: Incoming) -> Received:
    """Log a message; when this returns it is committed, and the platform may be told "received"."""
    raise NotImplementedError


async def record_edit(desk: Desk, edited: Edited) -> bool:
    """Record an edit beside the first wording; no turn is made of it. False when it is known already."""
    raise NotImplementedError


async def take(desk: Desk, *, conversation_id: int, staff: Staff, force: bool = False) -> Conversation:
    """``staff`` holds the conversation, and the customer is told who is there.

    Raises AlreadyHeld (``holder``), NotAllowed, NoSuchConversation.
    """
    raise NotImplementedError


async def release(desk: Desk, *, conversation_id: int, staff: Staff) -> Conversation:
    """Hand the conversation back to the assistant, and say so to the customer.

    Raises NotHolder, IllegalMove, NoSuchConversation.
    """
    raise NotImplementedError


async def pass_on(desk: Desk, *, conversation_id: int, staff: Staff, reason: str) -> Conversation:
    """Put the conversation back in the queue for somebody else, and say so to the customer.

    Raises NotHolder, IllegalMove, NoSuchConversation.
    """
    raise NotImplementedError


async def send_as_agent(
    desk: Desk, *, conversation_id: int, staff: Staff, text: str, stage: Stage | None = None
) -> Message:
    """Write to the customer as the person who holds the conversation. Raises NotHolder, Missing."""
    raise NotImplementedError


async def handle(desk: Desk, message_id: int) -> None:
    """Answer a message, or hear it if a person holds the conversation. Raises EngineError: try again."""
    raise NotImplementedError
