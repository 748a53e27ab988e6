"""The end of a case, and its coming back by staff (playbook C1 closed loop)."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from ledger.errors import Missing, NotResolved
from ledger.live import notify
from ledger.models import Case, Entry, Staff
from ledger.policy import Policy
from ledger.queue import CLOCK_REMIND, defer
from ledger.services import aftercare, clocks, forms, waits
from ledger.services.access import may_speak
from ledger.services.case_lock import case_numbered
from ledger.services.closing import close_if_all_is_done
from ledger.services.entries import Actor, record
from ledger.services.pace import policy_for
from ledger.services.reopening import reopen_case
from ledger.services.speaking import speak
from ledger.services.stages import enter_stage
from ledger.services.working import open_case_numbered, take_on, tell_by_phone
from ledger.vocabulary import CaseStatus, CaseType, ClockKind, Stage


async def resolve(
    session: AsyncSession,
    *,
    number: str,
    remedy: str,
    outcome: str,
    root_cause: str,
    staff: Staff,
    policy: Policy,
    now: datetime,
) -> Case:
    """Mark the case solved: the customer is told, and asked again later (revisit).

    ``remedy`` is what was given, ``outcome`` what the customer is told. Stops every clock but headquarters'
    and starts the revisit's; who only asked, a journalist or an official, is not asked how content they are,
    and the contact is closed.

    Raises:
        NoSuchCase, AlreadyResolved
        LineHeld: one named person alone speaks with this customer (playbook C6).
        Missing: outcome or root cause is empty.
    """
    if not outcome.strip() or not root_cause.strip():
        raise Missing("outcome, root cause")
    case = await open_case_numbered(session, number)
    await may_speak(session, case=case, staff=staff)
    await take_on(session, case, staff, now)
    before, case.status = case.status, CaseStatus.RESOLVED
    case.resolved_at = now
    case.remedy_given, case.outcome, case.root_cause = remedy, outcome.strip(), root_cause.strip()
    after = {"status": case.status, "remedy": remedy, "outcome": case.outcome, "root_cause": case.root_cause}
    actor = Actor.staff(staff)
    entry = await record(
        session,
        case=case,
        actor=actor,
        action="case.resolved",
        now=now,
        before={"status": before},
        after=after,
    )
    await waits.end(session, case=case, by=staff, reason="resolved", at=now, now=now)
    await clocks.stop_all_but_headquarters(session, case=case, by=staff, reason="resolved", now=now)
    await enter_stage(
        session, case=case, stage=Stage.FEEDBACK, evidence_message_id=None, now=now, actor=actor
    )
    await _tell_outcome(session, case, entry, staff, policy, now)
    await forms.case_became(session, case=case, policy=policy, now=now)
    await forms.open_for_closing(session, case=case, policy=policy, now=now)
    if case.type is CaseType.CONTACT:
        await close_if_all_is_done(session, case=case, policy=policy, now=now, actor=actor)
    else:
        await _arrange_revisit(session, case, policy, now)
        await aftercare.begin(session, case=case, policy=policy, now=now)
    await notify(session, "case", case=case.id, number=case.number)
    return case


async def reopen(
    session: AsyncSession, *, number: str, reason: str, staff: Staff, policy: Policy, now: datetime
) -> Case:
    """Open a resolved or withdrawn case again, and promise the next word on it.

    Raises:
        NoSuchCase, NotResolved
        Missing: no reason was given.
    """
    if not reason.strip():
        raise Missing("reason")
    case = await case_numbered(session, number)
    if case.status is CaseStatus.OPEN:
        raise NotResolved(case.number)
    actor = Actor.staff(staff)
    await reopen_case(session, case=case, actor=actor, reason=reason.strip(), policy=policy, now=now)
    return case


async def _tell_outcome(
    session: AsyncSession, case: Case, entry: Entry, staff: Staff, policy: Policy, now: datetime
) -> None:
    told = {
        "number": case.number,
        "name": staff.name,
        "remedy": case.remedy_given,
        "outcome": case.outcome,
    }
    key = f"resolved:{entry.id}"
    if not await speak(session, case=case, intent="EXTERNAL_resolved", key=key, entities=told):
        await tell_by_phone(session, case, case.outcome or "", staff, policy, now)


async def _arrange_revisit(session: AsyncSession, case: Case, policy: Policy, now: datetime) -> None:
    clock = await clocks.start(session, case=case, kind=ClockKind.REVISIT, policy=policy, now=now)
    agreed = await policy_for(session, case, policy)
    asked_at = now + agreed.clocks.revisit_asks
    await defer(session, CLOCK_REMIND, at=asked_at, clock_id=clock.id, round=clocks.ASK)
