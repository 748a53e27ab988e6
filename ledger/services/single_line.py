"""Moving the single line to a customer (单线联系, playbook C6) to somebody else."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.errors import NotAllowed
from ledger.models import Case, Conversation, Staff, case_conversations
from ledger.policy import Policy
from ledger.services import access, handoff
from ledger.vocabulary import Holding, Role

MOVED = "line_moved"


async def move(
    session: AsyncSession,
    *,
    number: str,
    person: Staff,
    reason: str,
    staff: Staff,
    policy: Policy,
    now: datetime,
) -> Case:
    """Have ``person`` be the only one who speaks with the customer, and read the case for it.

    A conversation that somebody else holds goes back to the queue, where ``person`` alone can take it.

    Raises:
        NoSuchCase, NeedToKnow, Missing
        NotAllowed: not a supervisor.
    """
    if staff.role is Role.AGENT:
        raise NotAllowed(staff.username)
    for conversation_id in await _held_by_others(session, number, person):
        await handoff.pass_on(
            session, conversation_id=conversation_id, staff=staff, reason=MOVED, policy=policy, now=now
        )
    case = await access.held_by_granter(session, number, staff, reason)
    await access.give_line(session, case=case, person=person, reason=reason.strip(), by=staff, now=now)
    return case


async def _held_by_others(session: AsyncSession, number: str, person: Staff) -> list[int]:
    """Whoever needs both holds the conversation's row first, and the case's after it."""
    talks = (
        select(Conversation.id)
        .join(case_conversations, case_conversations.c.conversation_id == Conversation.id)
        .join(Case, Case.id == case_conversations.c.case_id)
        .where(Case.number == number, Conversation.holding == Holding.HUMAN)
        .where(Conversation.holder_id != person.id)
        .order_by(Conversation.id)
    )
    return list(await session.scalars(talks))
