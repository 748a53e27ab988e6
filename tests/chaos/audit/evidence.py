"""What the auditor reads, and what it has found so far."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncSession

from tests.chaos.record import Record


@dataclass(frozen=True, slots=True)
class Violation:
    """``promise`` is broken by ``what``."""

    promise: str
    what: str

    def __str__(self) -> str:
        return f"{self.promise}: {self.what}"


@dataclass(slots=True)
class Evidence:
    """One reading of one database after everything has come to rest, beside what the world knows."""

    session: AsyncSession
    record: Record
    found: list[Violation] = field(default_factory=list)

    def broken(self, promise: str, what: str) -> None:
        """Name a violation."""
        self.found.append(Violation(promise, what))

    async def rows(self, query: str) -> Sequence[RowMapping]:
        """What a query finds."""
        return (await self.session.execute(text(query))).mappings().all()

    async def report(self, promise: str, query: str) -> None:
        """Every row of ``query`` is a violation; its column ``what`` says which."""
        for row in await self.rows(query):
            self.broken(promise, row["what"])
