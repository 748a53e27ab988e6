"""The close of the loop (闭环, playbook C1, D4): solved, the customer content, and the review written."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.form_book import book
from ledger.models import Case, Form
from ledger.policy import Policy
from ledger.services.entries import SYSTEM, Actor
from ledger.services.stages import enter_stage
from ledger.vocabulary import CaseStatus, CaseType, Stage


async def lacking_to_close(session: AsyncSession, case: Case) -> list[str]:
    """The kinds of form that must have ended, since it was solved, before so grave a case is closed."""
    needed = [kind for kind, form in book().items() if case.severity in form.needed_to_close]
    if not needed:
        return []
    ended = select(Form.kind).where(Form.case_id == case.id, Form.kind.in_(needed))
    ended = ended.where(Form.closed_at >= (case.resolved_at or case.opened_at))
    done = set(await session.scalars(ended))
    return [kind for kind in needed if kind not in done]


async def close_if_all_is_done(
    session: AsyncSession,
    *,
    case: Case,
    policy: Policy,
    now: datetime,
    actor: Actor = SYSTEM,
    evidence: int | None = None,
) -> bool:
    """Close the case, held by the caller, if nothing is open about it any more; whether it was closed now.

    ``evidence`` is the message that was the last word on it.
    """
    if not _is_settled(case, policy) or await lacking_to_close(session, case):
        return False
    return await enter_stage(
        session, case=case, stage=Stage.CLOSED, evidence_message_id=evidence, now=now, actor=actor
    )


def _is_settled(case: Case, policy: Policy) -> bool:
    """Withdrawn; solved and the customer said so; or a contact that was answered."""
    if case.status is CaseStatus.WITHDRAWN:
        return True
    if case.type is CaseType.CONTACT:
        return case.status is CaseStatus.RESOLVED
    content = case.rating is not None and case.rating > policy.revisit.unhappy_at_most
    return case.status is CaseStatus.RESOLVED and content
