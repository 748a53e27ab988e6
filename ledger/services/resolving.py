"""The end of a case, and its coming back (playbook A1 revisit, C1 closed loop)."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession

from ledger.errors import Missing, NotResolved
from ledger.live import notify
from ledger.models import Case, Staff
from ledger.policy import Policy
from ledger.queue import CLOCK_REMIND, defer
from ledger.services import clocks
from ledger.services.case_lock import case_numbered
from ledger.services.effects import once
from ledger.services.entries import Actor, record
from ledger.services.inbound import inbound
from ledger.services.reopening import reopen_case
from ledger.services.speaking import speak
from ledger.services.stages import enter_stage
from ledger.services.working import open_case_numbered, tell_by_phone
from ledger.vocabulary import CaseStatus, ClockKind, Stage

RATINGS: Final = range(1, 6)


@dataclass(frozen=True, slots=True)
class Rated:
    """What became of a rating: the case's number, and whether it was reopened for it."""

    number: str
    reopened: bool


async def withdraw(session: AsyncSession, *, message_id: int, now: datetime) -> str | None:
    """End the conversation's open case because its customer wishes so; its number, None without one.

    Stops every clock but headquarters'. Effect ``withdraw``.

    Raises:
        NoSuchMessage
    """

    async def make() -> dict[str, Any]:
        into = await inbound(session, message_id)
        case = into.case
        if case is None or case.status is not CaseStatus.OPEN:
            return {}
        actor = Actor.customer(into.conversation.channel)
        before, case.status = case.status, CaseStatus.WITHDRAWN
        await record(
            session,
            case=case,
            actor=actor,
            action="case.withdrawn",
            now=now,
            before={"status": before},
            after={"status": case.status, "message": message_id},
        )
        await clocks.stop_all_but_headquarters(session, case=case, by=None, reason="withdrawn", now=now)
        await enter_stage(
            session,
            case=case,
            stage=Stage.CLOSED,
            evidence_message_id=message_id,
            now=now,
            actor=actor,
        )
        return {"number": case.number}

    result = await once(session, message_id, "withdraw", now, make)
    return result.get("number")


async def rate(
    session: AsyncSession,
    *,
    message_id: int,
    policy: Policy,
    now: datetime,
    rating: int | None = None,
    opinion: str | None = None,
) -> Rated | None:
    """Record the customer's rating (1 to 5) or opinion of how it was solved; None without a resolved case.

    A low rating reopens the case, any other closes it; an opinion may follow later. Effect ``rate``.

    Raises:
        Missing: neither was given, or the rating is not one of 1 to 5.
        NoSuchMessage
    """
    _check(rating, opinion)

    async def make() -> dict[str, Any]:
        into = await inbound(session, message_id)
        if into.case is None or not _can_be_rated(into.case):
            return {}
        actor = Actor.customer(into.conversation.channel)
        reopened = await _take_rating(session, into.case, rating, opinion, actor, message_id, policy, now)
        return asdict(Rated(into.case.number, reopened))

    result = await once(session, message_id, "rate", now, make)
    return Rated(**result) if result else None


async def revisited(
    session: AsyncSession,
    *,
    number: str,
    rating: int,
    opinion: str | None,
    staff: Staff,
    policy: Policy,
    now: datetime,
) -> Rated:
    """Record what a customer said when staff called after solving; the same follows as from ``rate``.

    Raises:
        NoSuchCase
        NotResolved: the case is open, or was withdrawn.
        Missing: the rating is not one of 1 to 5.
    """
    _check(rating, opinion)
    case = await case_numbered(session, number)
    if case.status is not CaseStatus.RESOLVED:
        raise NotResolved(case.number)
    actor = Actor.staff(staff)
    reopened = await _take_rating(session, case, rating, opinion, actor, None, policy, now, by=staff)
    return Rated(case.number, reopened)


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
    and starts the revisit's.

    Raises:
        NoSuchCase, AlreadyResolved
        Missing: outcome or root cause is empty.
    """
    if not outcome.strip() or not root_cause.strip():
        raise Missing("outcome, root cause")
    case = await open_case_numbered(session, number)
    before, case.status = case.status, CaseStatus.RESOLVED
    case.resolved_at = now
    case.remedy_given, case.outcome, case.root_cause = remedy, outcome.strip(), root_cause.strip()
    actor = Actor.staff(staff)
    entry = await record(
        session,
        case=case,
        actor=actor,
        action="case.resolved",
        now=now,
        before={"status": before},
        after={"status": case.status, "remedy": remedy, "outcome": outcome, "root_cause": root_cause},
    )
    await clocks.stop_all_but_headquarters(session, case=case, by=staff, reason="resolved", now=now)
    await enter_stage(
        session, case=case, stage=Stage.FEEDBACK, evidence_message_id=None, now=now, actor=actor
    )
    told = {"number": case.number, "name": staff.name, "remedy": remedy, "outcome": case.outcome}
    key = f"resolved:{entry.id}"
    if not await speak(session, case=case, intent="EXTERNAL_resolved", key=key, entities=told):
        await tell_by_phone(session, case, case.outcome, staff, policy, now)
    await _arrange_revisit(session, case, policy, now)
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


def _check(rating: int | None, opinion: str | None) -> None:
    if rating is None and not (opinion or "").strip():
        raise Missing("rating or opinion")
    if rating is not None and rating not in RATINGS:
        raise Missing("a rating of 1 to 5")


def _can_be_rated(case: Case) -> bool:
    return case.status is CaseStatus.RESOLVED


async def _take_rating(
    session: AsyncSession,
    case: Case,
    rating: int | None,
    opinion: str | None,
    actor: Actor,
    message_id: int | None,
    policy: Policy,
    now: datetime,
    by: Staff | None = None,
) -> bool:
    """Write down the rating and what was said; whether it reopened the case."""
    before = {"rating": case.rating}
    case.rating = rating if rating is not None else case.rating
    case.opinion = "\n".join(said for said in (case.opinion, (opinion or "").strip()) if said) or None
    await record(
        session,
        case=case,
        actor=actor,
        action="case.rated",
        now=now,
        before=before,
        after={"rating": case.rating, "opinion_given": bool(opinion), "message": message_id},
    )
    await notify(session, "case", case=case.id, number=case.number)
    if rating is None:
        return False
    await clocks.stop_kind(session, case=case, kind=ClockKind.REVISIT, by=by, reason="rated", now=now)
    if rating <= policy.revisit.unhappy_at_most:
        reason = f"rating {rating}"
        await reopen_case(session, case=case, actor=actor, reason=reason, policy=policy, now=now)
        return True
    await enter_stage(
        session, case=case, stage=Stage.CLOSED, evidence_message_id=message_id, now=now, actor=actor
    )
    return False


async def _arrange_revisit(session: AsyncSession, case: Case, policy: Policy, now: datetime) -> None:
    clock = await clocks.start(session, case=case, kind=ClockKind.REVISIT, policy=policy, now=now)
    asked_at = now + policy.clocks.revisit_asks
    await defer(session, CLOCK_REMIND, at=asked_at, clock_id=clock.id, round=clocks.ASK)
