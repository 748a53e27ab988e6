"""Rows about forms of cases."""

from datetime import datetime

from sqlalchemy import ColumnElement, ScalarSelect, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.lists.cases import answered_for_by
from ledger.lists.rule import Row, Subject, in_order
from ledger.models import Case, Clock, Department, Form, Staff
from ledger.sentences import Sentence
from ledger.views.real import real_cases


async def form_rows(
    session: AsyncSession, kind: str, *conditions: ColumnElement[bool], department: str | None, shows: str
) -> list[Row]:
    """The open forms of a kind that meet ``conditions``, each with the case and the field it ``shows``.

    Whose it is: the person in its field ``who``. The sentence is called as the kind.
    """
    query = (
        select(Form, Case, Staff, Department.key, _due())
        .join(Case, Case.id == Form.case_id)
        .outerjoin(Department, Department.id == Case.department_id)
        .outerjoin(Staff, Staff.username == Form.filled["who"].astext)
        .where(Form.kind == kind, Form.closed_at.is_(None), *conditions, real_cases())
        .where(*answered_for_by(department))
    )
    return in_order([_row(*found, shows) for found in await session.execute(query)])


def _due() -> ScalarSelect[datetime | None]:
    runs = select(func.min(Clock.due_at)).where(Clock.form_id == Form.id, Clock.stopped_at.is_(None))
    return runs.scalar_subquery()


def _row(
    form: Form, case: Case, who: Staff | None, department: str | None, due_at: datetime | None, shows: str
) -> Row:
    told = {"what": form.filled.get(shows, ""), "case": case.number}
    return Row(
        subject=Subject.FORM,
        number=form.number,
        about=f"form.{form.kind}",
        reasons=(Sentence(code=form.kind, values=told),),
        since=form.opened_at,
        owner_id=who.id if who else None,
        owner=who.name if who else None,
        department=department,
        due_at=due_at,
        special=False,
        demo=case.demo,
    )
