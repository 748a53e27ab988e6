"""Grading a case (playbook B5): by itself it only rises; a supervisor overrules it with a reason."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.errors import Missing, NotAllowed
from ledger.live import notify
from ledger.models import Case, Clock, Entry, Fact, Notice, Staff
from ledger.policy import Policy
from ledger.services import facts, forms
from ledger.services.case_lock import case_numbered
from ledger.services.circle import active, answering
from ledger.services.departments import keyed
from ledger.services.entries import REOPENED, SYSTEM, Actor, record
from ledger.services.notices import tell
from ledger.severity import Known, graver, points, severity
from ledger.views.told import emotion_trail
from ledger.vocabulary import FactKind, NoticeKind, Role, Severity

GRADED: Final = "case.graded"


async def regrade(
    session: AsyncSession,
    *,
    case: Case,
    emotions: Iterable[int],
    told: Iterable[Fact],
    actor: Actor,
    policy: Policy,
    now: datetime,
) -> None:
    """Raise the severity of the case, held by the caller, to what it holds now; it never falls by itself.

    What a supervisor decided stays. ``emotions`` are the levels of the customer's messages, ``told`` the
    current facts.
    """
    if case.grade_overruled_at is not None:
        return
    known = Known.of_case(
        signals=case.signals,
        categories=[case.category, *case.further_categories],
        emotions=emotions,
        people=[int(fact.value) for fact in told if fact.kind is FactKind.PEOPLE],
        reopened=await _times_reopened(session, case),
    )
    found = points(known, policy.grading)
    risen = severity(found, policy.grading)
    if graver(risen, case.severity):
        why = {"points": [one.written for one in found]}
        await _put(session, case, risen, actor, policy, now, why)


async def regrade_anew(session: AsyncSession, *, case: Case, policy: Policy, now: datetime) -> None:
    """The same for what something else than a message changed: all that counts is read again."""
    levels = [felt.level for felt in await emotion_trail(session, case)]
    told = await facts.current(session, case.id)
    await regrade(session, case=case, emotions=levels, told=told, actor=SYSTEM, policy=policy, now=now)


async def overrule(
    session: AsyncSession,
    *,
    number: str,
    severity: Severity,
    reason: str,
    staff: Staff,
    policy: Policy,
    now: datetime,
) -> Case:
    """Have a supervisor decide how grave a case is; that stays until it is overruled again.

    Raises:
        NoSuchCase
        NotAllowed: not a supervisor.
        Missing: no reason.
    """
    if staff.role is Role.AGENT:
        raise NotAllowed(staff.username)
    if not reason.strip():
        raise Missing("reason")
    case = await case_numbered(session, number)
    case.grade_overruled_at = now
    await _put(session, case, severity, Actor.staff(staff), policy, now, {}, reason.strip())
    return case


async def _times_reopened(session: AsyncSession, case: Case) -> int:
    if case.reopened_at is None:
        return 0
    reopened = (Entry.case_id == case.id) & (Entry.action == REOPENED)
    return await session.scalar(select(func.count()).select_from(Entry).where(reopened)) or 0


async def _put(
    session: AsyncSession,
    case: Case,
    severity: Severity,
    actor: Actor,
    policy: Policy,
    now: datetime,
    why: dict[str, Any],
    reason: str | None = None,
) -> None:
    before, case.severity = case.severity, severity
    entry = await record(
        session,
        case=case,
        actor=actor,
        action=GRADED,
        now=now,
        reason=reason,
        before={"severity": before},
        after={"severity": severity} | why,
    )
    if graver(severity, before):
        await _tell(session, case, f"graded:{entry.position}", policy, now)
        await forms.open_by_themselves(session, case=case, policy=policy, now=now)
    await notify(session, "case", case=case.id, number=case.number)


async def _tell(session: AsyncSession, case: Case, round: str, policy: Policy, now: datetime) -> None:
    """Tell whom the plan names, and the owner; not again who has its alarm of a special user before them."""
    plan = policy.plans[case.severity]
    if not plan.tells:
        return
    alarmed = await _alarmed(session, case)
    people = [one for one in await _told_by(session, case, plan.tells, now) if one.id not in alarmed]
    await tell(
        session,
        kind=NoticeKind.GRADED,
        people=people,
        round=round,
        policy=policy,
        now=now,
        case=case,
        webhooks=not alarmed,
    )


async def _told_by(session: AsyncSession, case: Case, keys: Sequence[str], now: datetime) -> list[Staff]:
    people = await active(session, case.owner_id)
    for key in keys:
        department = await keyed(session, key)
        if department is not None:
            people += await answering(session, department, now)
    return people


async def _alarmed(session: AsyncSession, case: Case) -> set[int | None]:
    alarms = select(Notice.staff_id).join(Clock, Notice.clock_id == Clock.id)
    running = (Notice.case_id == case.id) & (Notice.kind == NoticeKind.SPECIAL_USER)
    return set(await session.scalars(alarms.where(running, Clock.stopped_at.is_(None))))
