"""A case ends because its customer wishes so."""

from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from ledger.models import Case
from ledger.services import clocks, waits
from ledger.services.closing import lacking_to_close
from ledger.services.effects import once
from ledger.services.entries import Actor, record
from ledger.services.inbound import inbound
from ledger.services.stages import enter_stage
from ledger.vocabulary import CaseStatus, Stage


async def withdraw(session: AsyncSession, *, message_id: int, now: datetime) -> str | None:
    """End the conversation's open case because its customer wishes so; its number, None without one.

    Stops every clock but headquarters'. Effect ``withdraw``.

    Raises:
        NoSuchMessage
    """

    async def make() -> dict[str, Any]:
        into = await inbound(session, message_id)
        if into.case is None or into.case.status is not CaseStatus.OPEN:
            return {}
        actor = Actor.customer(into.conversation.channel)
        await end_case(session, into.case, actor, message_id=message_id, now=now)
        return {"number": into.case.number}

    result = await once(session, message_id, "withdraw", now, make)
    return result.get("number")


async def end_case(
    session: AsyncSession,
    case: Case,
    actor: Actor,
    *,
    now: datetime,
    message_id: int | None = None,
    reason: str | None = None,
) -> None:
    """Withdraw an open case the caller holds; every clock but headquarters' stops.

    One so grave that its review is lacking stays open to it (playbook D4).
    """
    before, case.status = case.status, CaseStatus.WITHDRAWN
    await record(
        session,
        case=case,
        actor=actor,
        action="case.withdrawn",
        now=now,
        reason=reason,
        before={"status": before},
        after={"status": case.status, "message": message_id},
    )
    await waits.end(session, case=case, by=None, reason="withdrawn", at=now, now=now)
    await clocks.stop_all_but_headquarters(session, case=case, by=None, reason="withdrawn", now=now)
    if not await lacking_to_close(session, case):
        await enter_stage(
            session, case=case, stage=Stage.CLOSED, evidence_message_id=message_id, now=now, actor=actor
        )
