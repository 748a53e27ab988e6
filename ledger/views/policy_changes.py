"""How the policy came to be what it is: every change of it in the ledger."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.models import Entry, Staff
from ledger.services.entries import DESK
from ledger.services.policies import CHANGED
from ledger.vocabulary import ActorKind

PAGE: Final = 20


@dataclass(frozen=True, slots=True)
class PolicyChange:
    """One change; ``who`` made it in the console, None: it was found in the file.

    A key with the same value ``before`` and ``after`` has another secret.
    """

    position: int
    at: datetime
    who: str | None
    reason: str | None
    before: Mapping[str, Any]
    after: Mapping[str, Any]

    @property
    def whole(self) -> bool:
        """Nothing was in force before."""
        return not self.before and "organisation.time_zone" in self.after

    @property
    def keys(self) -> Sequence[str]:
        """What is another since."""
        return sorted(self.before.keys() | self.after.keys())

    def within(self, section: str) -> bool:
        """Whether something of the section changed."""
        return any(key.partition(".")[0] == section for key in self.keys)


async def policy_changes(
    session: AsyncSession, *, before: int | None = None, limit: int = PAGE
) -> list[PolicyChange]:
    """The newest first, ``limit`` at most; ``before`` is the position of the last one already read."""
    query = (
        _changes(Entry.position, Entry.at, Staff.name, Entry.reason, Entry.before, Entry.after)
        .outerjoin(Staff, (Staff.username == Entry.actor) & (Entry.actor_kind == ActorKind.STAFF))
        .order_by(Entry.position.desc())
        .limit(limit)
    )
    if before is not None:
        query = query.where(Entry.position < before)
    rows = await session.execute(query)
    return [
        PolicyChange(row.position, row.at, row.name, row.reason, row.before or {}, row.after or {})
        for row in rows
    ]


async def policy_at_first(session: AsyncSession) -> dict[str, Any]:
    """What each key said when the desk first had it."""
    found: dict[str, Any] = {}
    for (after,) in await session.execute(_changes(Entry.after).order_by(Entry.position)):
        found = {**(after or {}), **found}
    return found


def _changes(*told: Any) -> Select[Any]:
    return select(*told).where(Entry.book == DESK, Entry.action == CHANGED)
