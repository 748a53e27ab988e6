"""Rows about cases."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, ScalarSelect, Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.lists.rule import Row, Subject, in_order
from ledger.models import Case, Clock, Department, Staff
from ledger.sentences import Sentence
from ledger.views.real import real_cases
from ledger.vocabulary import CaseStatus


def answered_for_by(department: str | None) -> tuple[ColumnElement[bool], ...]:
    """The condition that the department with this key answers for a case; none for everywhere."""
    return (Case.department.has(Department.key == department),) if department else ()


def open_cases(department: str | None) -> Select[int]:
    """The ids of the open cases that count."""
    query = select(Case.id).where(Case.status == CaseStatus.OPEN, real_cases())
    return query.where(*answered_for_by(department))


async def case_rows(session: AsyncSession, why: Mapping[int, Sequence[Sentence]]) -> list[Row]:
    """The cases with these ids, each with its reasons, in two queries however many."""
    if not why:
        return []
    found = await session.execute(
        select(Case, Staff.name, Department.key, _due())
        .outerjoin(Staff, Case.owner_id == Staff.id)
        .outerjoin(Department, Case.department_id == Department.id)
        .where(Case.id.in_(why))
    )
    return in_order(
        [
            Row(
                subject=Subject.CASE,
                number=case.number,
                about=_about(case),
                reasons=tuple(why[case.id]),
                since=case.opened_at,
                owner_id=case.owner_id,
                owner=owner,
                department=department,
                due_at=due_at,
                special=case.special,
                demo=case.demo,
            )
            for case, owner, department, due_at in found
        ]
    )


def _about(case: Case) -> str:
    """What it is about, unless that is secret (playbook C6)."""
    told = case.category if case.secret_grade is None else None
    return f"category.{told}" if told else f"case_type.{case.type}"


def _due() -> ScalarSelect[datetime | None]:
    runs = select(func.min(Clock.due_at)).where(Clock.case_id == Case.id, Clock.stopped_at.is_(None))
    return runs.scalar_subquery()
