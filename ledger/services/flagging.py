"""Special users by people's judgement: flagged by staff, lifted after an appeal (playbook B1)."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from ledger.errors import Missing
from ledger.live import notify
from ledger.models import Case, Staff
from ledger.policy import Policy
from ledger.services import forms, special
from ledger.services.case_lock import case_numbered
from ledger.services.entries import Actor


async def flag(
    session: AsyncSession, *, number: str, reason: str, staff: Staff, policy: Policy, now: datetime
) -> Case:
    """Flag the case's customer as special by a member of staff's judgement, with the reason (playbook B1).

    Raises:
        NoSuchCase
        Missing: no reason was given.
    """
    if not reason.strip():
        raise Missing("reason")
    case = await case_numbered(session, number)
    reasons = [(special.BY_STAFF, special.staff_words(reason.strip()))]
    actor = Actor.staff(staff)
    await special.flag(
        session, case=case, reasons=reasons, message_id=None, actor=actor, policy=policy, now=now
    )
    await forms.open_by_themselves(session, case=case, policy=policy, now=now)
    await notify(session, "case", case=case.id, number=case.number)
    return case
