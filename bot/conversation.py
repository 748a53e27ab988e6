"""Receive, take over, write, hand back: what happens to a conversation from outside (docs/conversation.md).

The assistant's side of it is ``bot/turns.py``.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import structlog

from bot import meters
from bot.desk import Desk
from bot.evidence import File
from bot.nlu.writing import Writing
from bot.own_words import own_words, say
from bot.stages import timed
from bot.storable import storable
from ledger.models import Conversation, Message, Staff
from ledger.services import conversations, guarding, handoff, messages
from ledger.services.messages import Received
from ledger.vocabulary import Author, Language, Stage

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Incoming:
    """A customer's message as a channel hands it over.

    ``client_id`` is the platform's own id of it, unique in the conversation. ``conversation_id`` is given
    where the channel knows it (web chat); elsewhere the identity's latest conversation goes on. ``language``
    is what the platform says of the customer, used until their words tell. No text and no files: a kind of
    message the desk cannot read, which is answered so. ``complete``: nothing follows, as with a pressed
    button, and it is answered at once. ``a_minute`` is how many are taken in a minute, where the sender
    can be told to wait.
    """

    channel: str
    address: str
    client_id: str
    text: str = ""
    display_name: str | None = None
    language: Language | None = None
    conversation_id: int | None = None
    files: Sequence[File] = field(default=())
    complete: bool = False
    a_minute: int | None = None


@dataclass(frozen=True, slots=True)
class Edited:
    """A customer's later wording of message ``client_id``; ``edit_id`` tells one edit from the next."""

    channel: str
    address: str
    client_id: str
    edit_id: str
    text: str


async def receive(desk: Desk, incoming: Incoming) -> Received:
    """Log a message; when this returns it is committed, and the platform may be told "received".

    Raises NoSuchConversation, TooManyMessages.
    """
    text = storable(incoming.text).strip()
    kept = [await desk.evidence.keep(file) for file in incoming.files]
    with timed("received"):
        async with desk.database.transaction() as session:
            received = await messages.receive(
                session,
                channel=incoming.channel,
                address=incoming.address,
                text=text,
                client_id=incoming.client_id,
                now=desk.now(),
                display_name=storable(incoming.display_name) if incoming.display_name else None,
                language=incoming.language,
                written_in=_written_in(text),
                conversation_id=incoming.conversation_id,
                attachments=kept,
                complete=incoming.complete and not desk.policy.listening.off,
                a_minute=incoming.a_minute,
            )
    if received.fresh:
        meters.RECEIVED.labels(incoming.channel).inc()
        log.info(
            "message.received",
            channel=incoming.channel,
            conversation=received.conversation_id,
            message=received.message_id,
        )
    return received


async def record_edit(desk: Desk, edited: Edited) -> bool:
    """Record an edit beside the first wording; no turn is made of it. False when it is known already."""
    async with desk.database.transaction() as session:
        return await messages.record_edit(
            session,
            channel=edited.channel,
            address=edited.address,
            client_id=edited.client_id,
            edit_id=edited.edit_id,
            text=storable(edited.text),
            now=desk.now(),
        )


async def take(desk: Desk, *, conversation_id: int, staff: Staff, force: bool = False) -> Conversation:
    """``staff`` holds the conversation, and the customer is told who is there.

    Raises AlreadyHeld (``holder``), NotAllowed, NoSuchConversation.
    """
    async with desk.database.transaction() as session:
        before = await conversations.lock(session, conversation_id)
        held_by = before.holder_id
        conversation = await handoff.take(
            session, conversation_id=conversation_id, staff=staff, now=desk.now(), force=force
        )
        if held_by != staff.id:
            taken = await own_words(desk, session, conversation, "desk_taken", name=staff.name)
            await say(desk, session, conversation, taken)
    return conversation


async def release(desk: Desk, *, conversation_id: int, staff: Staff) -> Conversation:
    """Hand the conversation back to the assistant, which says so to the customer.

    Raises NotHolder, IllegalMove, NoSuchConversation.
    """
    async with desk.database.transaction() as session:
        conversation = await handoff.release(
            session, conversation_id=conversation_id, staff=staff, now=desk.now()
        )
        released = await own_words(desk, session, conversation, "desk_released")
        await say(desk, session, conversation, released, author=Author.BOT)
    return conversation


async def pass_on(desk: Desk, *, conversation_id: int, staff: Staff, reason: str) -> Conversation:
    """Put the conversation back in the queue for somebody else, and say so to the customer.

    Raises NotHolder, IllegalMove, NoSuchConversation.
    """
    async with desk.database.transaction() as session:
        conversation = await handoff.pass_on(
            session,
            conversation_id=conversation_id,
            staff=staff,
            reason=reason,
            policy=desk.policy,
            now=desk.now(),
        )
        passed_on = await own_words(desk, session, conversation, "desk_passed_on")
        await say(desk, session, conversation, passed_on)
    return conversation


async def send_as_agent(
    desk: Desk, *, conversation_id: int, staff: Staff, text: str, stage: Stage | None = None
) -> Message:
    """Write to the customer as the person who holds the conversation; what the guard finds is an override.

    Raises NotHolder, Missing, NoSuchConversation.
    """
    async with desk.database.transaction() as session:
        conversation = await conversations.lock(session, conversation_id)
        now, text = desk.now(), storable(text)
        # Read before it is sent: sending stops clocks.
        found = await guarding.read(
            session,
            text=text,
            conversation_id=conversation_id,
            staff=staff,
            policy=desk.policy,
            now=now,
        )
        message = await messages.send_as_agent(
            session,
            conversation_id=conversation_id,
            staff=staff,
            text=text,
            now=now,
            stage=stage,
            delivery=desk.stored_as(conversation.channel),
        )
        await guarding.override(session, message=message, staff=staff, found=found, now=now)
        return message


def _written_in(text: str) -> Language | None:
    """The language the text itself tells, for what is said before the engine has heard it."""
    writing = Writing(text)
    return Language(writing.language) if writing.language and writing.certain else None
