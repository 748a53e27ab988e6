"""The watch over solved cases (避免死灰复燃, playbook D5): who answered for one hears when it comes up again.

That it has is reckoned (``ledger/views/rekindled.py``); what is kept is who was told, once, and the entry
``case.rekindled`` in the case's book with the signs of that moment.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.live import notify
from ledger.models import Case, Department, Mention, Notice, Staff
from ledger.policy import Policy
from ledger.services import circle, clocks
from ledger.services.case_lock import lock
from ledger.services.departments import is_on_duty
from ledger.services.entries import SYSTEM, record
from ledger.services.notices import tell
from ledger.services.owners import is_named
from ledger.views.rekindled import (
    COMPLAINT,
    MENTION,
    After,
    Before,
    by_complaints,
    is_watched,
    resembled,
)
from ledger.vocabulary import CaseStatus, ClockKind, Feeling, NoticeKind

REASON: Final = "rekindled"


async def untold(session: AsyncSession, *, policy: Policy) -> list[tuple[int, int]]:
    """The open complaints that look like a solved case of the same person and of which nobody was told.

    By their ids: the solved case, the complaint.
    """
    told = exists().where(
        Notice.case_id == Before.id,
        Notice.kind == NoticeKind.REKINDLED,
        Notice.round == func.concat(COMPLAINT, After.id),
    )
    found = await by_complaints(session, After.status == CaseStatus.OPEN, ~told, policy=policy)
    return [(one.before.id, one.complaint.id) for one in found if one.complaint]


async def came_again(
    session: AsyncSession, *, before_id: int, after_id: int, policy: Policy, now: datetime
) -> None:
    """Tell who solved the one and who has the other, once; where the policy says so the first has both."""
    before, after = await _both(session, before_id, after_id)
    pair = await by_complaints(session, Before.id == before_id, After.id == after_id, policy=policy)
    if not pair:
        return
    people = [*await _responsible(session, before, now), *await circle.active(session, after.owner_id)]
    told = {"complaint": after.number, "signs": list(pair[0].signs)}
    if await _tell(session, before, people, f"{COMPLAINT}{after.id}", told, policy, now):
        await _hand_over(session, before, after, policy, now)
        await notify(session, "case", case=after.id, number=after.number)


async def spoken_of(session: AsyncSession, *, mention: Mention, policy: Policy, now: datetime) -> None:
    """Tell of the solved case that something said in public names, or of those that it is like."""
    too_old = mention.published_at <= now - policy.aftercare.rekindling.mentions_for
    if mention.feeling is Feeling.POSITIVE or too_old:
        return
    linked = {mention.case_id: ()} if mention.case_id else None
    signs = linked or await _resembled(session, mention, policy)
    for case_id in sorted(signs):
        told = {"mention": mention.id, "source": mention.source, "signs": list(signs[case_id])}
        await _tell_once_a_day(session, case_id, mention, told, policy, now)


async def _resembled(
    session: AsyncSession, mention: Mention, policy: Policy
) -> Mapping[int, tuple[str, ...]]:
    found = await resembled(session, mention, policy=policy)
    return {one.before.id: one.signs for one in found}


async def _both(session: AsyncSession, before_id: int, after_id: int) -> tuple[Case, Case]:
    """Both cases, held in the order in which everybody holds them."""
    held = {id: await lock(session, id) for id in sorted((before_id, after_id))}
    return held[before_id], held[after_id]


async def _hand_over(session: AsyncSession, before: Case, after: Case, policy: Policy, now: datetime) -> None:
    """Whoever solved it answers the new complaint too (首问负责), unless somebody has answered it already."""
    first = await session.get(Staff, before.owner_id) if before.owner_id else None
    if first is None or first.id == after.owner_id or not policy.aftercare.rekindling.same_owner:
        return
    waits = await clocks.running(session, after, ClockKind.FIRST_RESPONSE) is not None
    if not waits or is_named(first, after.narrative) or not await is_on_duty(session, first, now):
        return
    owner = await session.get(Staff, after.owner_id) if after.owner_id else None
    after.owner_id = first.id
    await record(
        session,
        case=after,
        actor=SYSTEM,
        action="case.assigned",
        now=now,
        reason=REASON,
        before={"owner": owner.username if owner else None},
        after={"owner": first.username, "complaint": before.number},
    )


async def _tell_once_a_day(
    session: AsyncSession, case_id: int, mention: Mention, told: dict[str, Any], policy: Policy, now: datetime
) -> None:
    case = await lock(session, case_id)
    if is_watched(case, mention.published_at, policy) and not await _told_lately(session, case, policy, now):
        people = await _responsible(session, case, now)
        await _tell(session, case, people, f"{MENTION}{mention.id}", told, policy, now)


async def _told_lately(session: AsyncSession, case: Case, policy: Policy, now: datetime) -> bool:
    those = select(Notice.id).where(Notice.case_id == case.id, Notice.kind == NoticeKind.REKINDLED)
    since = now - policy.aftercare.rekindling.told_again_after
    lately = those.where(Notice.round.startswith(MENTION), Notice.at > since)
    return await session.scalar(lately.limit(1)) is not None


async def _responsible(session: AsyncSession, case: Case, now: datetime) -> list[Staff]:
    """Who solved it; where that is nobody (any more) its department, else everybody above the agents."""
    people = await circle.active(session, case.owner_id)
    if not people and case.department_id:
        department = await session.get_one(Department, case.department_id)
        people = await circle.answering(session, department, now)
    return people or await circle.of_roles(session, circle.ABOVE_AGENTS)


async def _tell(
    session: AsyncSession,
    case: Case,
    people: list[Staff],
    round: str,
    told: dict[str, Any],
    policy: Policy,
    now: datetime,
) -> bool:
    """Whether it was new: two desks may have looked at the same time."""
    new = await tell(
        session, kind=NoticeKind.REKINDLED, people=people, round=round, policy=policy, now=now, case=case
    )
    if new:
        await record(session, case=case, actor=SYSTEM, action="case.rekindled", now=now, after=told)
        await notify(session, "case", case=case.id, number=case.number)
    return bool(new)
