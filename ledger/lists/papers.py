"""Rows about forms of cases."""

from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, ScalarSelect, and_, false, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.form_book import book
from ledger.lists.cases import answered_for_by
from ledger.lists.rule import Row, Subject, in_order
from ledger.models import Case, Clock, Department, Form, Staff
from ledger.sentences import Sentence
from ledger.views.real import real_cases

OF_CASE: Final = "case."
VEIL: Final = "…"


async def form_rows(
    session: AsyncSession, kind: str, *conditions: ColumnElement[bool], department: str | None, shows: str
) -> list[Row]:
    """The open forms of a kind that meet ``conditions``, each with the case and the field it ``shows``.

    Whose it is: the person in its field ``who``, whom it knows as the case's owner where nobody entered one.
    The sentence is called as the kind.
    """
    query = (
        select(Form, Case, Staff, Department.key, _due())
        .join(Case, Case.id == Form.case_id)
        .outerjoin(Department, Department.id == Case.department_id)
        .outerjoin(Staff, _sees_to_it(kind))
        .where(Form.kind == kind, Form.closed_at.is_(None), *conditions, real_cases())
        .where(*answered_for_by(department))
    )
    return in_order([_row(*found, shows) for found in await session.execute(query)])


def _sees_to_it(kind: str) -> ColumnElement[bool]:
    entered = Form.filled["who"].astext
    field = book()[kind].fields.get("who")
    owns = and_(entered.is_(None), Staff.id == Case.owner_id) if field and field.known == "owner" else false()
    return or_(Staff.username == entered, owns)


def _due() -> ScalarSelect[datetime | None]:
    runs = select(func.min(Clock.due_at)).where(Clock.form_id == Form.id, Clock.stopped_at.is_(None))
    return runs.scalar_subquery()


def _row(
    form: Form, case: Case, who: Staff | None, department: str | None, due_at: datetime | None, shows: str
) -> Row:
    told = {"what": _shown(form, case, shows), "case": case.number, "state": f"{form.kind}.{form.state}"}
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


def _shown(form: Form, case: Case, name: str) -> str:
    """What stands in the field, entered or known of the case; of a graded case nothing (playbook C6)."""
    if case.secret_grade is not None:
        return VEIL
    known = book()[form.kind].fields[name].known or ""
    of_case = getattr(case, known.removeprefix(OF_CASE)) if known.startswith(OF_CASE) else None
    return str(form.filled.get(name) or of_case or "")
