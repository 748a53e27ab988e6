"""Special users until done (特殊用户盯促): headquarters' list of those not done yet (playbook B1)."""

from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.lists.cases import answered_for_by, case_rows
from ledger.lists.rule import Row, Rule
from ledger.models import Case, Form, FormStep
from ledger.policy import Policy
from ledger.sentences import Sentence
from ledger.views.real import real_cases
from ledger.vocabulary import CaseStatus

KIND = "special_user"


async def find(session: AsyncSession, *, policy: Policy, now: datetime, department: str | None) -> list[Row]:
    """Open cases of special users, each with where its register stands and how often it was urged about."""
    urged = select(func.count(FormStep.id)).where(FormStep.form_id == Form.id, FormStep.name == "urge")
    registered = (Form.case_id == Case.id) & (Form.kind == KIND) & Form.closed_at.is_(None)
    query = (
        select(Case.id, Case.special_reasons, Form.state, urged.scalar_subquery())
        .outerjoin(Form, registered)
        .where(Case.status == CaseStatus.OPEN, Case.special_since.is_not(None), real_cases())
        .where(*answered_for_by(department))
    )
    rows = await session.execute(query)
    return await case_rows(session, {row.id: [_reason(*row)] for row in rows})


def _reason(_: int, reasons: list[dict[str, Any]], state: str | None, urged: int) -> Sentence:
    values = {
        "state": f"{KIND}.{state or 'flagged'}",
        "times": urged,
        "reasons": [one["code"] for one in reasons],
    }
    return Sentence(code="special_user", values=values)


RULE = Rule("special_users", find)
