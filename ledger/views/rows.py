"""Rows that several screens show: a case on a list, its clocks, whom it belongs to."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, SQLColumnExpression, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.models import Case, Customer, Department, Staff, case_conversations
from ledger.views.clocks import ClockLine, clocks_by_case
from ledger.vocabulary import (
    CaseStatus,
    CaseType,
    Category,
    ClockKind,
    Language,
    SecretGrade,
    Severity,
    Stage,
)

SNIPPET = 160


@dataclass(frozen=True, slots=True)
class CaseRow:
    """A case as lists and cards show it.

    ``reasons`` are those of a special user, each ``{"code", "words", …}``; ``department`` maps a language to
    the name there; ``conversation_id`` is the latest conversation it was talked about in. Of a case with a
    ``secret_grade`` a list tells number, grade, state, whose it is and its clocks, and to nobody more: what
    it is about is read on its page, where the look is written down (playbook C6).
    """

    id: int
    number: str
    type: CaseType
    status: CaseStatus
    stage: Stage
    category: Category | None
    severity: Severity
    language: Language
    reasons: tuple[dict[str, Any], ...]
    remedies: tuple[str, ...]
    snippet: str
    customer_id: int
    customer: str | None
    owner_id: int | None
    owner: str | None
    department: dict[str, str] | None
    opened_at: datetime
    rating: int | None
    conversation_id: int | None
    clocks: tuple[ClockLine, ...]
    demo: bool
    drill: bool
    special: bool
    secret_grade: SecretGrade | None

    @property
    def running(self) -> tuple[ClockLine, ...]:
        """The clocks nobody has stopped, the next due first, those that stand still last."""
        running = (clock for clock in self.clocks if clock.stopped_at is None)
        return tuple(sorted(running, key=lambda clock: clock.order))

    @property
    def headquarters(self) -> ClockLine | None:
        """The running headquarters clock, while nobody has acknowledged (playbook C3)."""
        return next((clock for clock in self.running if clock.kind is ClockKind.HEADQUARTERS), None)


async def case_rows(
    session: AsyncSession,
    where: ColumnElement[bool],
    *,
    order: Sequence[SQLColumnExpression[Any]],
    limit: int,
) -> list[CaseRow]:
    """Cases with their clocks, in two queries however many."""
    latest = (
        select(func.max(case_conversations.c.conversation_id))
        .where(case_conversations.c.case_id == Case.id)
        .scalar_subquery()
    )
    found = (
        await session.execute(
            select(Case, Customer.name, Staff.name, Department.names, latest)
            .join(Customer, Case.customer_id == Customer.id)
            .outerjoin(Staff, Case.owner_id == Staff.id)
            .outerjoin(Department, Case.department_id == Department.id)
            .where(where)
            .order_by(*order)
            .limit(limit)
        )
    ).all()
    clocks = await clocks_by_case(session, [row[0].id for row in found])
    rows = (_case_row(row, clocks[row[0].id]) for row in found)
    return [row if row.secret_grade is None else _veiled(row) for row in rows]


def _veiled(row: CaseRow) -> CaseRow:
    return replace(
        row,
        category=None,
        reasons=(),
        remedies=(),
        snippet="",
        customer=None,
        rating=None,
        conversation_id=None,
        clocks=tuple(replace(clock, note=None) for clock in row.clocks),
    )


def _case_row(row: Any, clocks: list[ClockLine]) -> CaseRow:
    case, customer, owner, department, conversation_id = row
    return CaseRow(
        id=case.id,
        number=case.number,
        type=case.type,
        status=case.status,
        stage=case.stage,
        category=case.category,
        severity=case.severity,
        language=case.language,
        reasons=tuple(case.special_reasons),
        remedies=tuple(case.remedies),
        snippet=case.narrative[:SNIPPET],
        customer_id=case.customer_id,
        customer=customer,
        owner_id=case.owner_id,
        owner=owner,
        department=department,
        opened_at=case.opened_at,
        rating=case.rating,
        conversation_id=conversation_id,
        clocks=tuple(clocks),
        demo=case.demo,
        drill=case.drill_id is not None,
        special=case.special,
        secret_grade=case.secret_grade,
    )
