"""What became of a case after it was solved, and what came before it (playbook A1, D5)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.models import Case, Form
from ledger.policy import Policy
from ledger.services.aftercare import KIND
from ledger.views import forms
from ledger.views.forms import FormDetail
from ledger.views.rekindled import After, Again, Before, by_complaints, by_mentions


@dataclass(frozen=True, slots=True)
class Aftermath:
    """``papers`` are the case's aftercare forms, the newest first.

    ``again`` is what shows that it has come up again, ``earlier`` the solved cases that it is like itself.
    """

    papers: Sequence[FormDetail]
    again: Sequence[Again]
    earlier: Sequence[Again]


async def aftermath(session: AsyncSession, number: str, *, policy: Policy, now: datetime) -> Aftermath | None:
    """Of the case with this number; None when there is nothing to tell."""
    case = await session.scalar(select(Case).where(Case.number == number))
    if case is None:
        return None
    own = Before.id == case.id
    found = Aftermath(
        papers=await _papers(session, case),
        again=[
            *await by_complaints(session, own, policy=policy),
            *await by_mentions(session, own, policy=policy, now=now),
        ],
        earlier=await by_complaints(session, After.id == case.id, policy=policy),
    )
    return found if found.papers or found.again or found.earlier else None


async def _papers(session: AsyncSession, case: Case) -> list[FormDetail]:
    numbers = select(Form.number).where(Form.case_id == case.id, Form.kind == KIND).order_by(Form.id.desc())
    found = [await forms.form(session, number) for number in await session.scalars(numbers)]
    return [one for one in found if one]
