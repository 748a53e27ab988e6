"""Why something was late, from whoever says it (playbook D8 不得推诿)."""

from datetime import datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from ledger.errors import Missing, NoSuchDelay
from ledger.live import notify
from ledger.models import Clock, Staff
from ledger.services import secrecy
from ledger.services.case_lock import lock
from ledger.services.entries import Actor, record

EXPLAINED: Final = "clock.explained"


async def explain(session: AsyncSession, *, clock_id: int, reason: str, staff: Staff, now: datetime) -> None:
    """Say why a clock was breached; it stays breached. A later word stands beside the earlier one.

    Raises:
        NoSuchDelay: there is no such clock, or it was not breached.
        Missing: no reason was given.
        NeedToKnow: the case is graded, and ``staff`` may not read it.
    """
    if not reason.strip():
        raise Missing("reason")
    clock = await session.get(Clock, clock_id)
    if clock is None or clock.breached_at is None:
        raise NoSuchDelay(str(clock_id))
    case = await lock(session, clock.case_id)
    await secrecy.permit_for(session, number=case.number, staff=staff)
    await record(
        session,
        case=case,
        actor=Actor.staff(staff),
        action=EXPLAINED,
        now=now,
        reason=reason.strip(),
        after={"clock": clock.id, "kind": str(clock.kind)},
    )
    await notify(session, "clock", case=case.id, clock=clock.id, kind=clock.kind)
