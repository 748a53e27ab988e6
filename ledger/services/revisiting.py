"""The visit after solving (回访, playbook A1): the assistant asks how it is."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from ledger.models import Case, Clock
from ledger.services.speaking import speak
from ledger.services.stages import enter_stage
from ledger.vocabulary import CaseStatus, Stage


async def ask_how_it_is(session: AsyncSession, case: Case, clock: Clock, now: datetime) -> bool:
    """Have the assistant ask, once for this clock; False when there is no conversation to ask in.

    The caller holds the case.
    """
    if case.status is not CaseStatus.RESOLVED:
        return True
    when = case.resolved_at.isoformat() if case.resolved_at else None
    told = {"number": case.number, "what": case.category, "when": when}
    key = f"revisit:{clock.id}"
    if not await speak(session, case=case, intent="EXTERNAL_revisit", key=key, entities=told):
        return False
    await enter_stage(session, case=case, stage=Stage.REVISIT, evidence_message_id=None, now=now)
    return True
