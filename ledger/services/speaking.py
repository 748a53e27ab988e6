"""The assistant speaks first: turns nobody asked for, in the conversation a case is about (A1 feedback)."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.models import Case, Conversation, case_conversations
from ledger.queue import PROACTIVE_TURN, defer


async def speak(
    session: AsyncSession, *, case: Case, intent: str, key: str, entities: dict[str, Any]
) -> bool:
    """Have the assistant say ``intent`` to the case's customer; False when there is no conversation.

    ``key`` makes it once. Entities that are None are left out.
    """
    conversation_id = await conversation_of(session, case)
    if conversation_id is None:
        return False
    told = {name: value for name, value in entities.items() if value is not None}
    await defer(
        session, PROACTIVE_TURN, conversation_id=conversation_id, intent=intent, key=key, entities=told
    )
    return True


async def conversation_of(session: AsyncSession, case: Case) -> int | None:
    """The conversation in which the case's customer wrote last."""
    of_case = select(Conversation.id).join(case_conversations)
    of_case = of_case.where(case_conversations.c.case_id == case.id)
    latest = of_case.order_by(Conversation.last_message_at.desc().nulls_last(), Conversation.id.desc())
    found: int | None = await session.scalar(latest.limit(1))
    return found
