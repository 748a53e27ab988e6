"""The inbound messages an effect is for, with their conversation and case held for the effect."""

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from ledger.errors import NoSuchMessage
from ledger.models import Case, Conversation, Message
from ledger.services import conversations, gathering
from ledger.services.case_lock import lock
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
    message = await session.get(Message, message_id)
    if message is None or message.author is not Author.CUSTOMER:
        raise NoSuchMessage(str(message_id))
    conversation = await conversations.lock(session, message.conversation_id)
    case = await conversations.current_case(session, conversation.id)
    turn = await gathering.turn(session, message) if message.turn_id == message_id else [message]
    return Inbound(message, tuple(turn), conversation, await lock(session, case.id) if case else None)
