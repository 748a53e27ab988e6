"""What the assistant knows of a conversation, and what it has yet to be told."""

from datetime import datetime
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.models import Effect, Message
from ledger.vocabulary import Author, Delivery

REMEMBERED: Final = "remembered"
# So much of a long talk is told: its latest messages.
MOST: Final = 200


async def unremembered(session: AsyncSession, conversation_id: int) -> list[Message]:
    """What customer and agents said that the assistant does not know: since its last own answer, in order.

    Of very much only the latest ``MOST``.

    The desk's own sentences are no answer of the assistant's, and a message still to be handled is not yet
    said.
    """
    answered = select(func.max(Message.reply_to_id)).where(
        Message.conversation_id == conversation_id,
        Message.author == Author.BOT,
        Message.delivery != Delivery.DROPPED,
        Message.script.is_(None) | ~Message.script.startswith("desk_", autoescape=True),
    )
    told = (
        select(func.max(Effect.message_id))
        .join(Message, Message.id == Effect.message_id)
        .where(Message.conversation_id == conversation_id, Effect.name == REMEMBERED)
    )
    known = func.coalesce(func.greatest(answered.scalar_subquery(), told.scalar_subquery()), 0)
    said = await session.scalars(
        select(Message)
        .where(
            Message.conversation_id == conversation_id,
            Message.id > known,
            Message.text != "",
            (Message.author == Author.AGENT)
            | ((Message.author == Author.CUSTOMER) & Message.settled_at.is_not(None)),
        )
        .order_by(Message.id.desc())
        .limit(MOST)
    )
    return list(reversed(said.all()))


async def mark_remembered(session: AsyncSession, last: Message, now: datetime) -> None:
    """Everything up to ``last`` is known to the assistant."""
    row = insert(Effect).values(message_id=last.id, name=REMEMBERED, at=now, result={})
    await session.execute(row.on_conflict_do_nothing())
