"""What is on its way to a customer: the next to be sent, and how far each got."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from ledger import live, queue
from ledger.models import Conversation, Identity, Message
from ledger.services import conversations
from ledger.vocabulary import ON_ITS_WAY, Author, Delivery, Holding


@dataclass(frozen=True, slots=True)
class Departing:
    """A message that is being sent from this moment, to ``address`` on ``channel``."""

    message: Message
    channel: str
    address: str


async def next_to_send(session: AsyncSession, *, conversation_id: int) -> Departing | None:
    """Mark the conversation's oldest pending message as being sent; None when nothing waits.

    What an earlier job was sending when it ended is ``unknown``, since nobody can know. What the assistant
    had stored before a person took the word is dropped, and forgotten by the assistant.
    """
    conversation = await conversations.lock(session, conversation_id)
    waiting = await session.scalars(
        select(Message)
        .where(Message.conversation_id == conversation_id, Message.delivery.in_(ON_ITS_WAY))
        .order_by(Message.id)
        .with_for_update()
    )
    for message in waiting:
        if message.delivery is Delivery.SENDING:
            _end(message, Delivery.UNKNOWN, "interrupted")
        elif message.author is Author.BOT and conversation.holding is Holding.HUMAN:
            await _drop(session, message)
        else:
            message.delivery = Delivery.SENDING
            return Departing(message, conversation.channel, await _address(session, conversation))
    return None


async def arrived(session: AsyncSession, *, message_id: int, platform_id: str | None, now: datetime) -> bool:
    """The platform has it, under ``platform_id``. False when the sender was thought dead meanwhile.

    Then the conversation is in another's hands, and only what became of this message is still told.
    """
    message = await _held(session, message_id)
    in_hand = message.delivery is Delivery.SENDING
    message.delivery, message.delivered_at, message.platform_id = Delivery.SENT, now, platform_id
    await _tell(session, message)
    return in_hand


async def ended(session: AsyncSession, *, message_id: int, delivery: Delivery, error: str) -> bool:
    """It ended otherwise: ``failed``, ``unknown``, or ``pending`` to be tried again; ``error`` says why.

    False when the sender was thought dead meanwhile: others have gone on, and it stays ``unknown``.
    """
    message = await _held(session, message_id)
    if message.delivery is not Delivery.SENDING:
        return False
    _end(message, delivery, error)
    await _tell(session, message)
    return True


async def _drop(session: AsyncSession, message: Message) -> None:
    _end(message, Delivery.DROPPED, "a person took the word")
    if message.reply_to_id is not None:
        await queue.forget(session, message.conversation_id, message.reply_to_id)


async def _held(session: AsyncSession, message_id: int) -> Message:
    return await session.get_one(Message, message_id, with_for_update=True)


def _end(message: Message, delivery: Delivery, error: str) -> None:
    message.delivery, message.delivery_error = delivery, error


async def _tell(session: AsyncSession, message: Message) -> None:
    await live.notify(session, "message", conversation=message.conversation_id, message=message.id)


async def _address(session: AsyncSession, conversation: Conversation) -> str:
    return (await session.get_one(Identity, conversation.identity_id)).address
