"""One case across several conversations: who knows its pass-code goes on with it wherever they write."""

import hmac
from datetime import datetime

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.live import notify
from ledger.models import Case, Conversation, case_conversations
from ledger.services.case_lock import case_numbered
from ledger.services.entries import Actor, record


async def link(
    session: AsyncSession, *, conversation_id: int, number: str, pass_code: str | None, now: datetime
) -> bool:
    """Make the case one that is talked about in this conversation too; whether that is new.

    Without its pass-code nothing happens.

    Raises:
        NoSuchCase
    """
    case = await case_numbered(session, number)
    if not knows(case, pass_code) or not await join(session, case, conversation_id):
        return False
    conversation = await session.get_one(Conversation, conversation_id)
    actor = Actor.customer(conversation.channel)
    after = {"conversation": conversation_id}
    await record(session, case=case, actor=actor, action="case.linked", now=now, after=after)
    await notify(session, "case", case=case.id, number=case.number)
    return True


async def join(session: AsyncSession, case: Case, conversation_id: int) -> bool:
    """Put case and conversation together; False when they were. The caller holds the case."""
    row = insert(case_conversations).values(case_id=case.id, conversation_id=conversation_id)
    joined = row.on_conflict_do_nothing().returning(case_conversations.c.case_id)
    return await session.scalar(joined) is not None


def knows(case: Case, pass_code: str | None) -> bool:
    """Whether this is the case's pass-code; letter case and spaces do not matter."""
    said = "".join((pass_code or "").split()).upper()
    return hmac.compare_digest(said.encode(), case.pass_code.encode())
