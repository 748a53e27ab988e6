"""Aftercare (善后, playbook D5): a solved case is followed up until its customer's answer is on record.

The form is ``ledger/forms/aftercare.yml``; whose case opens one stands in the policy.
"""

from datetime import datetime
from typing import Final

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.form_book import book
from ledger.models import Case, Form, FormCase, FormStep, Staff
from ledger.policy import Aftercare, Policy
from ledger.services import forms, rating, reopening
from ledger.services.case_lock import lock
from ledger.services.entries import Actor
from ledger.vocabulary import CaseStatus

KIND: Final = "aftercare"
DECLINES: Final = "declines"


async def begin(session: AsyncSession, *, case: Case, policy: Policy, now: datetime) -> None:
    """Open the form of a case, held by the caller, that was solved just now, where the policy says so."""
    if await is_owed(session, case, policy.aftercare) and not await forms.open_of(session, case.id, KIND):
        await forms.open_by_itself(session, kind=KIND, case=case, filled={}, policy=policy, now=now)


async def is_owed(session: AsyncSession, case: Case, terms: Aftercare) -> bool:
    """Whether the customer is contacted again when the case is solved, and with what came of it."""
    categories = {case.category, *case.further_categories}
    given = bool((case.remedy_given or "").strip())
    return (
        case.severity in terms.severities
        or not terms.categories.isdisjoint(categories)
        or (given and not terms.remedies.isdisjoint(case.remedies))
        or await _moves_with(session, case, terms.forms)
    )


async def rated(session: AsyncSession, *, case: Case, policy: Policy, now: datetime) -> None:
    """A content customer has answered by themselves; after a grave case somebody asks in depth all the same.

    The caller holds the case.
    """
    if book()[KIND].steps["reply"].needed(case.severity):
        return
    if form := await forms.open_of(session, case.id, KIND):
        await forms.step_by_itself(session, form=form, step="rated", reason="rated", policy=policy, now=now)


async def replied(
    session: AsyncSession, *, form: Form, step: FormStep, staff: Staff, policy: Policy, now: datetime
) -> None:
    """The answer is on record: a rating given with it counts as any, and who declines has the case again.

    Raises:
        Missing: the rating is not one of 1 to 5.
    """
    case = await lock(session, form.case_id or 0)
    told = form.filled.get("rating")
    if case.status is CaseStatus.RESOLVED and told is not None and told != case.rating:
        await rating.revisited(
            session, number=case.number, rating=told, opinion=None, staff=staff, policy=policy, now=now
        )
    if case.status is CaseStatus.RESOLVED and step.entered["reply"] == DECLINES:
        actor = Actor.staff(staff)
        await reopening.reopen_case(
            session, case=case, actor=actor, reason="remedy_declined", policy=policy, now=now
        )


async def _moves_with(session: AsyncSession, case: Case, kinds: frozenset[str]) -> bool:
    linked = select(FormCase.form_id).where(FormCase.case_id == case.id)
    there = select(Form.id).where(Form.kind.in_(kinds), or_(Form.case_id == case.id, Form.id.in_(linked)))
    return await session.scalar(there.limit(1)) is not None
