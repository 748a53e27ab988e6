"""How confidential a case is, for those who may read it: readers, requests, the line, who has looked (C6)."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from ledger.models import Access, Lowering
from ledger.views.audits import Look, looks_at
from ledger.vocabulary import SecretGrade


@dataclass(frozen=True, slots=True)
class ReaderLine:
    """Somebody on the list of readers, or who asks to be (``since`` None); ``by`` whom and ``why``."""

    id: int
    staff_id: int
    name: str
    asked_at: datetime | None
    since: datetime | None
    by: str | None
    why: str | None
    speaks: bool


@dataclass(frozen=True, slots=True)
class LoweringLine:
    """A lowering that waits for a second person; ``entry`` is a position in the book, None for the case."""

    entry: int | None
    grade: SecretGrade | None
    asked_by_id: int
    asked_by: str
    asked_at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Confidence:
    """All of it; ``looks`` are the latest, the newest first."""

    readers: tuple[ReaderLine, ...]
    lowering: LoweringLine | None
    looks: tuple[Look, ...]

    @property
    def line(self) -> str | None:
        """The name of the only one who speaks with the customer."""
        return next((one.name for one in self.readers if one.speaks), None)


async def confidence(session: AsyncSession, case_id: int) -> Confidence:
    """In three queries."""
    stands = Access.ended_at.is_(None) & Access.granted.is_distinct_from(False)
    people = select(Access).where(Access.case_id == case_id, stands).order_by(Access.id)
    people = people.options(joinedload(Access.staff), joinedload(Access.decided_by))
    waits = select(Lowering).where(Lowering.case_id == case_id, Lowering.decided_at.is_(None))
    waits = waits.options(joinedload(Lowering.asked_by), joinedload(Lowering.entry))
    lowering = await session.scalar(waits)
    return Confidence(
        readers=tuple(_reader(row) for row in await session.scalars(people)),
        lowering=_lowering(lowering) if lowering else None,
        looks=tuple(await looks_at(session, case_id)),
    )


def _reader(row: Access) -> ReaderLine:
    return ReaderLine(
        id=row.id,
        staff_id=row.staff_id,
        name=row.staff.name,
        asked_at=row.asked_at,
        since=row.decided_at,
        by=row.decided_by.name if row.decided_by else None,
        why=row.reason,
        speaks=row.speaks,
    )


def _lowering(row: Lowering) -> LoweringLine:
    return LoweringLine(
        entry=row.entry.position if row.entry else None,
        grade=row.grade,
        asked_by_id=row.asked_by_id,
        asked_by=row.asked_by.name,
        asked_at=row.asked_at,
        reason=row.reason,
    )
