"""Marks as staff read them: those of a case, and those that wait for a second person (playbook B8)."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from ledger.models import Case, Mark, Staff
from ledger.vocabulary import MarkKind


@dataclass(frozen=True, slots=True)
class MarkLine:
    """One mark; people by name, ``raised_by`` None for the assistant, ``confirmed`` None until decided."""

    id: int
    complaint: str
    kind: MarkKind
    reason: dict[str, Any]
    message_id: int | None
    raised_by: str | None
    raised_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    confirmed: bool | None
    decision: str | None


async def marks_of(session: AsyncSession, case_id: int) -> list[MarkLine]:
    """The marks of a case, the oldest first."""
    return await _lines(session, _marks().where(Mark.case_id == case_id))


async def open_marks(session: AsyncSession) -> list[MarkLine]:
    """Marks nobody has decided, the oldest first; why a graded case is marked stands in the case alone."""
    lines = await _lines(session, _marks().where(Mark.decided_at.is_(None)))
    graded = set(await session.scalars(select(Case.number).where(Case.secret_grade.is_not(None))))
    return [replace(line, reason={}) if line.complaint in graded else line for line in lines]


def _marks() -> Select[Mark, str]:
    people = (joinedload(Mark.raised_by), joinedload(Mark.decided_by))
    return select(Mark, Case.number).join(Case, Case.id == Mark.case_id).options(*people).order_by(Mark.id)


async def _lines(session: AsyncSession, query: Select[Mark, str]) -> list[MarkLine]:
    return [_line(found, number) for found, number in (await session.execute(query)).all()]


def _line(found: Mark, number: str) -> MarkLine:
    return MarkLine(
        id=found.id,
        complaint=number,
        kind=found.kind,
        reason=found.reason,
        message_id=found.message_id,
        raised_by=_name(found.raised_by),
        raised_at=found.raised_at,
        decided_by=_name(found.decided_by),
        decided_at=found.decided_at,
        confirmed=found.confirmed,
        decision=found.decision,
    )


def _name(staff: Staff | None) -> str | None:
    return staff.name if staff else None
