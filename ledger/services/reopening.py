"""A case that was thought solved and is not (playbook A1 revisit: unhappy → reopened)."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from ledger.models import Case
from ledger.policy import Policy
from ledger.services import clocks, crisis, forms, grading
from ledger.services.entries import REOPENED, Actor, record
from ledger.services.stages import move
from ledger.vocabulary import CaseStatus, ClockKind, Stage


async def reopen_case(
    session: AsyncSession, *, case: Case, actor: Actor, reason: str, policy: Policy, now: datetime
) -> None:
    """Open the case, held by the caller, again: back to the respond stage, with the next word promised."""
    before, case.status = case.status, CaseStatus.OPEN
    case.reopened_at, case.resolved_at = now, None
    await record(
        session,
        case=case,
        actor=actor,
        action=REOPENED,
        now=now,
        reason=reason,
        before={"status": before},
        after={"status": case.status},
    )
    await clocks.stop_kind(session, case=case, kind=ClockKind.REVISIT, by=None, reason="reopened", now=now)
    await clocks.start(session, case=case, kind=ClockKind.PROGRESS_UPDATE, policy=policy, now=now)
    await move(session, case=case, stage=Stage.RESPOND, actor=actor, now=now, reason="reopened")
    await forms.case_became(session, case=case, policy=policy, now=now)
    await forms.open_by_themselves(session, case=case, policy=policy, now=now)
    await grading.regrade_anew(session, case=case, policy=policy, now=now)
    await crisis.recognise(session, case=case, policy=policy, now=now, actor=actor)
