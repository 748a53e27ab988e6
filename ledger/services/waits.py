"""The history of waiting for a case's customer; what begins and ends it is in ``waiting``."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.deadline import Waited
from ledger.live import notify
from ledger.models import Case, Staff, Wait
from ledger.services.entries import SYSTEM, Actor, record


async def history(session: AsyncSession, case_id: int) -> list[Waited]:
    """When the case waited for its customer, in order."""
    rows = await session.execute(
        select(Wait.since, Wait.until).where(Wait.case_id == case_id).order_by(Wait.since, Wait.id)
    )
    return [Waited(since, until) for since, until in rows]


async def running(session: AsyncSession, case: Case) -> Wait | None:
    """The wait of a case the caller holds that goes on now."""
    found: Wait | None = await session.scalar(
        select(Wait).where(Wait.case_id == case.id, Wait.until.is_(None)),
        execution_options={"populate_existing": True},
    )
    return found


async def end(
    session: AsyncSession, *, case: Case, by: Staff | None, reason: str, at: datetime, now: datetime
) -> bool:
    """End the wait of a case the caller holds as of ``at``; whether there was one.

    Clocks are not reckoned anew: whoever goes on with them does that (``clocks.reckon``).
    """
    wait = await running(session, case)
    if wait is None:
        return False
    wait.until, wait.ended_by_id, wait.end_reason = at, by.id if by else None, reason
    await session.flush()
    after = {"since": wait.since.isoformat(), "until": at.isoformat()}
    actor = Actor.staff(by) if by else SYSTEM
    await record(session, case=case, actor=actor, action="case.waited", now=now, reason=reason, after=after)
    await notify(session, "case", case=case.id, number=case.number)
    return True
