"""The five steps of handling (playbook A1): a case goes forwards through them, with evidence."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from ledger.models import Case
from ledger.services.entries import ASSISTANT, Actor
from ledger.vocabulary import Stage


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
    raise NotImplementedError
