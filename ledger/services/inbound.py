"""The inbound messages an effect is for, with their conversation and case held for the effect."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import contains_eager

from ledger.errors import NoSuchMessage
from ledger.models import Case, Conversation, Message
from ledger.services import conversations, gathering
from ledger.vocabulary import Author


@dataclass(frozen=True, slots=True)
class Inbound:
    """A customer's message, its conversation, and the case the conversation is about, if any; all held.

    ``messages`` are those of its turn, oldest first, and end with ``message``.
    """

    message: Message
    messages: tuple[Message, ...]
    conversation: Conversation
    case: Case | None

    @property
    def text(self) -> str:
        """All that was written in the turn, one message a line."""
        return gathering.text_of(self.messages)


async def inbound(session: AsyncSession, message_id: int) -> Inbound:
    """The customer's message with this id, and what it touches.

    Raises:
        NoSuchMessage
    """
    message = await _held_with_its_conversation(session, message_id)
    # Taken now: reading the turn afresh takes from its messages what was read along with this one.
    conversation = message.conversation
    case = await conversations.current_case(session, conversation.id, hold=True)
    turn = await gathering.turn(session, message) if message.turn_id == message_id else [message]
    return Inbound(message, tuple(turn), conversation, case)


async def _held_with_its_conversation(session: AsyncSession, message_id: int) -> Message:
    """The message, its conversation (held) and their customer, as they stand now, in one statement."""
    written = select(Message).where(Message.id == message_id, Message.author == Author.CUSTOMER)
    written = written.join(Message.conversation).join(Conversation.customer)
    whole = contains_eager(Message.conversation).contains_eager(Conversation.customer)
    # FOR NO KEY UPDATE, as conversations.lock: one writer a conversation, while others may still refer to it.
    held = written.options(whole).with_for_update(of=Conversation, key_share=True)
    message: Message | None = await session.scalar(held, execution_options={"populate_existing": True})
    if message is None:
        raise NoSuchMessage(str(message_id))
    return message
