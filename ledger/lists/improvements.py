"""Improvements (改进跟进): what reviews decided and nobody has seen done (playbook D4)."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from ledger.lists.papers import form_rows
from ledger.lists.rule import Row, Rule
from ledger.policy import Policy


async def find(session: AsyncSession, *, policy: Policy, now: datetime, department: str | None) -> list[Row]:
    """Improvements that are open, each with who does it and until when."""
    return await form_rows(session, "improvement", department=department, shows="what")


RULE = Rule("improvements", find)
