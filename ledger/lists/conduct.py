"""Conduct to be decided (异常投诉待认定): what waits for a second person's look (playbook B8)."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from ledger.lists.papers import form_rows
from ledger.lists.rule import Row, Rule
from ledger.models import Form
from ledger.policy import Policy


async def find(session: AsyncSession, *, policy: Policy, now: datetime, department: str | None) -> list[Row]:
    """What was raised and nobody has confirmed or dismissed."""
    raised = Form.state == "raised"
    return await form_rows(session, "conduct", raised, department=department, shows="evidence")


RULE = Rule("conduct", find)
