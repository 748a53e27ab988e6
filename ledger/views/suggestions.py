"""What an agent can lean on in a conversation: the statement on it, cases like it, law notes (C1, D1, D7)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from ledger.law_book import law_book
from ledger.policy import Policy
from ledger.services import statements
from ledger.statement import Statement
from ledger.views.anthology import Story, similar
from ledger.vocabulary import Category, Signal

LAW_NOTES: Final = 3


@dataclass(frozen=True, slots=True)
class Suggestions:
    """``statement``: what is said on the conversation's subject; None: everybody speaks as they can.

    ``stories`` are published cases like this one, the likest first. ``law`` are the keys of law notes for the
    agent's own reading: nothing offers them to be sent.
    """

    statement: Statement | None
    stories: Sequence[Story]
    law: Sequence[str]


async def suggestions(
    session: AsyncSession,
    *,
    told: str,
    category: Category | None,
    signals: Iterable[str] = (),
    policy: Policy,
    now: datetime,
) -> Suggestions:
    """For what a customer told, the kind of complaint it was taken for, and the signals heard in it."""
    statement = await statements.on(session, told, policy=policy, now=now, category=category)
    law = law_book().fitting(told, category, frozenset(map(Signal, signals)))[:LAW_NOTES]
    return Suggestions(statement, await similar(session, told, category), law)
