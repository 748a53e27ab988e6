"""What an agent can lean on in a conversation: the statement on its subject first (playbook D1)."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from ledger.policy import Policy
from ledger.services import statements
from ledger.statement import Statement
from ledger.vocabulary import Category


@dataclass(frozen=True, slots=True)
class Suggestions:
    """``statement``: what is said on the conversation's subject; None: everybody speaks as they can."""

    statement: Statement | None


async def suggestions(
    session: AsyncSession, *, told: str, category: Category | None, policy: Policy, now: datetime
) -> Suggestions:
    """For what a customer told, and the kind of complaint it was taken for."""
    return Suggestions(await statements.on(session, told, policy=policy, now=now, category=category))
