"""Statements that end soon (口径到期, playbook D1): renewed in time, or let end knowingly."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from ledger.lists.rule import Row, Rule, Subject, in_order
from ledger.policy import Policy
from ledger.sentences import Sentence
from ledger.services.statements import in_force
from ledger.statement import Statement


async def find(session: AsyncSession, *, policy: Policy, now: datetime, department: str | None) -> list[Row]:
    """The statements in force that end within ``statements.ends_soon``; they are no department's own."""
    if department is not None:
        return []
    ends_by = now + policy.statements.ends_soon
    running = await in_force(session, policy=policy, now=now)
    return in_order([_row(one, one.until) for one in running if one.until and one.until <= ends_by])


def _row(statement: Statement, until: datetime) -> Row:
    told = {"topic": statement.topic, "due": until.isoformat()}
    return Row(
        subject=Subject.FORM,
        number=statement.number,
        about="statements.one",
        reasons=(Sentence(code="statement_ends", values=told),),
        since=statement.since,
        owner_id=None,
        owner=None,
        department=None,
        due_at=until,
        special=False,
        demo=False,
    )


RULE = Rule("statements_ending", find)
