"""Telling the administrators that the desk itself is unwell."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from ledger.policy import Policy
from ledger.services import notices, staff
from ledger.vocabulary import NoticeKind, Role


async def engine_is_down(
    session: AsyncSession, *, policy: Policy, now: datetime, drill_id: int | None = None
) -> None:
    """The assistant cannot answer; told once an hour however many customers meet with it, once a drill."""
    once = f"drill{drill_id}" if drill_id else f"{now:%Y-%m-%dT%H}"
    await _tell(session, f"engine:{once}", policy, now, drill_id=drill_id)


async def update_set_aside(session: AsyncSession, *, update_id: int, policy: Policy, now: datetime) -> None:
    """A message from Telegram could not be taken; told once for each."""
    await _tell(session, f"telegram:{update_id}", policy, now)


async def unanswered(
    session: AsyncSession,
    *,
    conversation_id: int,
    message_id: int,
    policy: Policy,
    now: datetime,
    drill_id: int | None = None,
) -> None:
    """A customer's message came to no end; supervisors hear of it too."""
    round = f"unanswered:{conversation_id}:{message_id}"
    both = (Role.ADMINISTRATOR, Role.SUPERVISOR)
    await _tell(session, round, policy, now, roles=both, drill_id=drill_id)


async def overdue(session: AsyncSession, *, what: str, policy: Policy, now: datetime) -> None:
    """``replies``, ``notices`` or ``clocks`` are not seen to in time; told once an hour."""
    await _tell(session, f"{what}:{now:%Y-%m-%dT%H}", policy, now)


async def _tell(
    session: AsyncSession,
    round: str,
    policy: Policy,
    now: datetime,
    roles: Sequence[Role] = (Role.ADMINISTRATOR,),
    drill_id: int | None = None,
) -> None:
    people = [one for one in await staff.list_staff(session) if one.role in roles]
    await notices.tell(
        session,
        kind=NoticeKind.ALARM,
        people=people,
        round=round,
        policy=policy,
        now=now,
        drill_id=drill_id,
    )
