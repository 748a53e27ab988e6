"""The five steps of handling (playbook A1): a case goes forwards through them, with evidence."""

from datetime import datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from ledger.live import notify
from ledger.models import Case
from ledger.services.case_lock import lock
from ledger.services.entries import ASSISTANT, Actor, record
from ledger.vocabulary import Stage

ORDER: Final = tuple(Stage)


async def enter_stage(
    session: AsyncSession,
    *,
    case: Case,
    stage: Stage,
    evidence_message_id: int | None,
    now: datetime,
    actor: Actor = ASSISTANT,
) -> bool:
    """Move the case forward to ``stage``; False when it is there or further already.

    ``evidence_message_id`` is the message that entered the stage. Takes the case's row.
    """
    case = await lock(session, case.id)
    if ORDER.index(stage) <= ORDER.index(case.stage):
        return False
    await move(session, case=case, stage=stage, actor=actor, now=now, evidence=evidence_message_id)
    return True


async def move(
    session: AsyncSession,
    *,
    case: Case,
    stage: Stage,
    actor: Actor,
    now: datetime,
    evidence: int | None = None,
    reason: str | None = None,
) -> None:
    """Put the case, held by the caller, in ``stage`` wherever it was; a case that is reopened goes back."""
    before, case.stage = case.stage, stage
    await record(
        session,
        case=case,
        actor=actor,
        action="stage.entered",
        now=now,
        reason=reason,
        before={"stage": before},
        after={"stage": stage, "message": evidence},
    )
    await notify(session, "case", case=case.id, number=case.number)
