"""Improvements (改进跟进): what reviews decided and nobody has seen done (playbook D4)."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.lists.cases import answered_for_by
from ledger.lists.rule import Row, Rule, Subject, in_order
from ledger.models import Case, Clock, Department, Form, Staff
from ledger.policy import Policy
from ledger.sentences import Sentence
from ledger.views.real import real_cases


async def find(session: AsyncSession, *, policy: Policy, now: datetime, department: str | None) -> list[Row]:
    """Improvements that are open, each with who does it and until when."""
    due = select(func.min(Clock.due_at)).where(Clock.form_id == Form.id, Clock.stopped_at.is_(None))
    query = (
        select(Form, Case, Staff, Department.key, due.scalar_subquery())
        .join(Case, Case.id == Form.case_id)
        .outerjoin(Department, Department.id == Case.department_id)
        .outerjoin(Staff, Staff.username == Form.filled["who"].astext)
        .where(Form.kind == "improvement", Form.closed_at.is_(None), real_cases())
        .where(*answered_for_by(department))
    )
    return in_order(
        [
            _row(form, case, staff, key, due_at)
            for form, case, staff, key, due_at in await session.execute(query)
        ]
    )


def _row(form: Form, case: Case, staff: Staff | None, department: str | None, due_at: datetime | None) -> Row:
    return Row(
        subject=Subject.FORM,
        number=form.number,
        about="form.improvement",
        reasons=(
            Sentence(code="improvement", values={"what": form.filled.get("what", ""), "case": case.number}),
        ),
        since=form.opened_at,
        owner_id=staff.id if staff else None,
        owner=staff.name if staff else None,
        department=department,
        due_at=due_at,
        special=False,
        demo=case.demo,
    )


RULE = Rule("improvements", find)
