"""Remedies to follow up (善后跟进): what was promised and no customer has answered to yet (playbook D5)."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from ledger.lists.papers import form_rows
from ledger.lists.rule import Row, Rule
from ledger.policy import Policy
from ledger.services.aftercare import KIND


async def find(session: AsyncSession, *, policy: Policy, now: datetime, department: str | None) -> list[Row]:
    """Solved cases whose customer's answer is not on record, each with who sees to it and until when."""
    return await form_rows(session, KIND, department=department, shows="remedy")


RULE = Rule("remedies", find)
