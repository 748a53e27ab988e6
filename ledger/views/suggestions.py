"""What an agent can lean on in a conversation: the statement on it first, then cases like it (C1, D1)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from ledger.policy import Policy
from ledger.services import statements
from ledger.statement import Statement
from ledger.views.anthology import Story, similar
from ledger.vocabulary import Category


@dataclass(frozen=True, slots=True)
class Suggestions:
    """``statement``: what is said on the conversation's subject; None: everybody speaks as they can.

    ``stories`` are published cases like this one, the likest first.
    """

    statement: Statement | None
    stories: Sequence[Story]


async def suggestions(
    session: AsyncSession, *, told: str, category: Category | None, policy: Policy, now: datetime
) -> Suggestions:
    """For what a customer told, and the kind of complaint it was taken for."""
    statement = await statements.on(session, told, policy=policy, now=now, category=category)
    return Suggestions(statement, await similar(session, told, category))
