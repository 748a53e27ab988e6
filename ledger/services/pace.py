"""How fast time counts for a case: a drill's lengths are shorter, in this one place (playbook D3)."""

from sqlalchemy.ext.asyncio import AsyncSession

from ledger.models import Case, Conversation, Drill
from ledger.policy import Policy, hurried


async def policy_for(session: AsyncSession, about: Case | Conversation, policy: Policy) -> Policy:
    """The policy as it holds ``about``: as it is, or a drill's with every length divided."""
    if about.drill_id is None:
        return policy
    drill = await session.get_one(Drill, about.drill_id)
    return hurried(policy, drill.faster)
