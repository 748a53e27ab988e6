"""The quick replies under a message of ours, as they were offered."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.models import Conversation, Identity, Message


async def payload(
    session: AsyncSession, *, channel: str, address: str, message_id: int, place: int
) -> str | None:
    """What button ``place`` (from 0) of message ``message_id`` says; None if it was never offered there."""
    offered = await session.scalar(
        select(Message.buttons)
        .join(Conversation, Message.conversation_id == Conversation.id)
        .join(Identity, Conversation.identity_id == Identity.id)
        .where(Message.id == message_id, Identity.channel == channel, Identity.address == address)
    )
    return str(offered[place]["payload"]) if offered and place < len(offered) else None
