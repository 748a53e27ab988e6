"""Reviews due (待复盘): severe cases that are over and whose review is not approved (playbook D4)."""

from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.form_book import book
from ledger.lists.cases import answered_for_by, case_rows
from ledger.lists.rule import Row, Rule
from ledger.models import Case, Form
from ledger.policy import Policy
from ledger.sentences import Sentence
from ledger.views.real import real_cases
from ledger.vocabulary import CaseStatus, Stage


async def find(session: AsyncSession, *, policy: Policy, now: datetime, department: str | None) -> list[Row]:
    """Cases that only wait for what must be written before they are closed."""
    why: dict[int, list[Sentence]] = {}
    for kind, form in book().items():
        if form.needed_to_close:
            written = exists().where(
                Form.case_id == Case.id, Form.kind == kind, Form.closed_at >= Case.opened_at
            )
            over = select(Case.id, Case.resolved_at).where(
                Case.status != CaseStatus.OPEN,
                Case.stage != Stage.CLOSED,
                Case.severity.in_(form.needed_to_close),
                real_cases(),
                ~written,
            )
            for case_id, resolved_at in await session.execute(over.where(*answered_for_by(department))):
                since = (resolved_at or now).isoformat()
                why.setdefault(case_id, []).append(Sentence(code="review_due", values={"since": since}))
    return await case_rows(session, why)


RULE = Rule("reviews_due", find)
