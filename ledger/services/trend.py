"""A complaint comes out into the open (playbook B6): what is said elsewhere moves its trend by itself."""

from datetime import datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from ledger.models import Case
from ledger.policy import Policy
from ledger.services import forms
from ledger.vocabulary import CaseStatus, MentionKind

KIND: Final = "trend"
STEPS: Final = {
    MentionKind.POST: "posted",
    MentionKind.BYSTANDER: "bystanders",
    MentionKind.BIG_ACCOUNT: "big_account",
    MentionKind.PRESS: "press",
}


async def came_out(
    session: AsyncSession, *, case: Case, kind: MentionKind, policy: Policy, now: datetime
) -> None:
    """Somebody speaks of the case, held by the caller, in such a place; a trend never goes back by that."""
    form = await forms.open_of(session, case.id, KIND)
    if form is None:
        if case.status is not CaseStatus.OPEN:
            return
        form = await forms.open_by_itself(session, kind=KIND, case=case, filled={}, policy=policy, now=now)
    await forms.step_by_itself(
        session, form=form, step=STEPS[kind], reason="mentioned", policy=policy, now=now
    )
