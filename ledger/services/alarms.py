"""Telling the administrators that the desk itself is unwell."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from ledger.policy import Policy
from ledger.services import notices, staff
from ledger.vocabulary import NoticeKind, Role


async def engine_is_down(session: AsyncSession, *, policy: Policy, now: datetime) -> None:
    """The assistant cannot answer; told once an hour however many customers meet with it."""
    await _tell(session, f"engine:{now:%Y-%m-%dT%H}", policy, now)


async def update_set_aside(session: AsyncSession, *, update_id: int, policy: Policy, now: datetime) -> None:
    """A message from Telegram could not be taken; told once for each."""
    await _tell(session, f"telegram:{update_id}", policy, now)


async def _tell(session: AsyncSession, round: str, policy: Policy, now: datetime) -> None:
    people = [one for one in await staff.list_staff(session) if one.role is Role.ADMINISTRATOR]
    await notices.tell(session, kind=NoticeKind.ALARM, people=people, round=round, policy=policy, now=now)
