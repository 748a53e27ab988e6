"""What kind of crisis a case is, and the departments that hear of it (playbook B3)."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.crisis import graver, recognised
from ledger.errors import Missing, NotAllowed
from ledger.live import notify
from ledger.models import Case, Staff
from ledger.policy import Policy
from ledger.policy.departments import Answering
from ledger.services import circle, green_channel
from ledger.services.case_lock import case_numbered, lock
from ledger.services.departments import keyed
from ledger.services.entries import ASSISTANT, SYSTEM, Actor, record
from ledger.services.notices import tell
from ledger.vocabulary import CaseStatus, CrisisType, FactKind, NoticeKind, Role

BY_HAND: Final = "by_hand"
AT_ONCE: Final = 50
"""So many old cases are looked at in one go."""


def answering(case: Case, policy: Policy) -> Answering:
    """Who answers for the case by its kind of crisis and category."""
    return policy.matrix.answering(case.crisis_type or CrisisType.PRODUCT_COMPLAINT, case.category)


async def recognise(
    session: AsyncSession,
    *,
    case: Case,
    policy: Policy,
    now: datetime,
    told: Collection[FactKind] = (),
    actor: Actor = ASSISTANT,
) -> None:
    """Have its departments told when the case, held by the caller, shows a graver kind of crisis than before.

    ``told`` are kinds of facts that were told. What a supervisor has said stands; an everyday complaint is
    none that anybody must be told of.
    """
    found = recognised(case, told=told, unresolved_after=policy.routing.unresolved_after, now=now)
    if found is None or case.crisis_set_by_id or found.type is CrisisType.PRODUCT_COMPLAINT:
        return
    if graver(found.type, case.crisis_type):
        await _enter(session, case, found.type, found.because, actor, None, policy, now)


async def set_by_hand(
    session: AsyncSession,
    *,
    number: str,
    crisis: CrisisType,
    reason: str,
    staff: Staff,
    policy: Policy,
    now: datetime,
) -> Case:
    """A supervisor says what kind of crisis it is; from now on nothing but a supervisor changes it.

    Raises:
        NoSuchCase
        NotAllowed: not a supervisor.
        Missing: no reason was given.
    """
    if staff.role is Role.AGENT:
        raise NotAllowed(staff.username)
    if not reason.strip():
        raise Missing("reason")
    case = await case_numbered(session, number)
    case.crisis_set_by_id = staff.id
    await _enter(session, case, crisis, BY_HAND, Actor.staff(staff), reason.strip(), policy, now)
    return case


async def recognise_old(session: AsyncSession, *, policy: Policy, now: datetime) -> int:
    """Recognise open cases that have grown old without anybody doing anything; how many there were."""
    old = select(Case.id).where(
        Case.status == CaseStatus.OPEN,
        Case.opened_at <= now - policy.routing.unresolved_after,
        Case.crisis_type.is_(None),
        Case.demo.is_(False),
        Case.drill_id.is_(None),
    )
    found = (await session.scalars(old.order_by(Case.id).limit(AT_ONCE))).all()
    for case_id in found:
        await recognise(session, case=await lock(session, case_id), policy=policy, now=now, actor=SYSTEM)
    return len(found)


async def _enter(
    session: AsyncSession,
    case: Case,
    crisis: CrisisType,
    because: str,
    actor: Actor,
    reason: str | None,
    policy: Policy,
    now: datetime,
) -> None:
    before, known = case.crisis_type, answering(case, policy)
    case.crisis_type = crisis
    now_concerned = answering(case, policy)
    new = [key for key in now_concerned.departments if before is None or key not in known.departments]
    await record(
        session,
        case=case,
        actor=actor,
        action="crisis.set" if reason else "crisis.recognised",
        now=now,
        reason=reason,
        before={"crisis": before},
        after={"crisis": crisis, "because": because, "departments": list(now_concerned.departments)},
    )
    if case.special:
        await green_channel.call(session, case=case, policy=policy, now=now)
    else:
        await _tell(session, case, now_concerned, new, policy, now)
    await notify(session, "case", case=case.id, number=case.number)


async def _tell(
    session: AsyncSession, case: Case, concerned: Answering, new: Sequence[str], policy: Policy, now: datetime
) -> None:
    """Those who have not heard of the case yet: its own department has it anyway."""
    keys = new if concerned.tells else ()
    places = [place for key in keys if (place := await keyed(session, key))]
    elsewhere = [place for place in places if place.id != case.department_id]
    people = [one for place in elsewhere for one in await circle.answering(session, place, now)]
    if concerned.group:
        people += await circle.at_headquarters(session, now)
    await tell(
        session,
        kind=NoticeKind.CRISIS,
        people=people,
        round=f"crisis:{case.crisis_type}",
        policy=policy,
        now=now,
        case=case,
    )
