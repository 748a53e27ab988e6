"""Telling the administrators that the desk itself is unwell."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from ledger.policy import Policy
from ledger.services import notices, staff
from ledger.vocabulary import NoticeKind, Role


async def engine_is_down(session: AsyncSession, *, policy: Policy, now: datetime) -> None:
    """The assistant cannot answer; told once an hour however many customers meet with it."""
    people = [one for one in await staff.list_staff(session) if one.role is Role.ADMINISTRATOR]
    await notices.tell(
        session,
        kind=NoticeKind.ALARM,
        people=people,
        round=f"engine:{now:%Y-%m-%dT%H}",
        policy=policy,
        now=now,
    )
