"""The inbound message an effect is for, with its conversation and case held for the effect."""

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from ledger.errors import NoSuchMessage
from ledger.models import Case, Conversation, Message
from ledger.services import conversations
from ledger.services.case_lock import lock
from ledger.vocabulary import Author


@dataclass(frozen=True, slots=True)
class Inbound:
    """A customer's message, its conversation, and the case the conversation is about, if any; all held."""

    message: Message
    conversation: Conversation
    case: Case | None


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
    return Inbound(message, conversation, await lock(session, case.id) if case else None)
