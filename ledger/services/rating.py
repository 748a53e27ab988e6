"""What the customer thinks of how it was solved (playbook A1 revisit): content closes, unhappy reopens."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession

from ledger.errors import Missing, NotResolved
from ledger.live import notify
from ledger.models import Case, Staff
from ledger.policy import Policy
from ledger.services import aftercare, clocks, reopening
from ledger.services.case_lock import case_numbered
from ledger.services.closing import close_if_all_is_done
from ledger.services.effects import once
from ledger.services.entries import Actor, record
from ledger.services.inbound import inbound
from ledger.vocabulary import CaseStatus, ClockKind

RATINGS: Final = range(1, 6)


@dataclass(frozen=True, slots=True)
class Rated:
    """What became of a rating: the case's number, and whether it was reopened for it."""

    number: str
    reopened: bool


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
        if into.case is None or into.case.status is not CaseStatus.RESOLVED:
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


def _check(rating: int | None, opinion: str | None) -> None:
    if rating is None and not (opinion or "").strip():
        raise Missing("rating or opinion")
    if rating is not None and rating not in RATINGS:
        raise Missing("a rating of 1 to 5")


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
    after = {"rating": case.rating, "opinion_given": bool(opinion), "message": message_id}
    await record(session, case=case, actor=actor, action="case.rated", now=now, before=before, after=after)
    await notify(session, "case", case=case.id, number=case.number)
    if rating is None:
        return False
    await clocks.stop_kind(session, case=case, kind=ClockKind.REVISIT, by=by, reason="rated", now=now)
    if unhappy := rating <= policy.revisit.unhappy_at_most:
        reason = f"rating {rating}"
        await reopening.reopen_case(session, case=case, actor=actor, reason=reason, policy=policy, now=now)
    else:
        await aftercare.rated(session, case=case, policy=policy, now=now)
        await close_if_all_is_done(
            session, case=case, policy=policy, now=now, actor=actor, evidence=message_id
        )
    return unhappy
