"""The list of readers of a graded case (知悉范围), and the single line to its customer (单线联系, C6)."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from ledger.errors import AlreadyAsked, Missing, NoSuchRequest, NotAllowed
from ledger.handoff import LineHeld
from ledger.live import notify
from ledger.models import Access, Case, Conversation, Staff, case_conversations
from ledger.policy import Policy
from ledger.services import notices, secrecy
from ledger.services.case_lock import case_numbered
from ledger.services.entries import Actor, record
from ledger.vocabulary import Holding, NoticeKind, Role


async def ask(session: AsyncSession, *, number: str, staff: Staff, policy: Policy, now: datetime) -> Access:
    """Ask to read a graded case; who may grant it is told at once.

    Raises:
        NoSuchCase
        AlreadyAsked: the request waits, or was granted.
    """
    case = await case_numbered(session, number)
    if await _standing(session, case, staff) is not None:
        raise AlreadyAsked(case.number)
    session.add(asked := Access(case_id=case.id, staff_id=staff.id, asked_at=now))
    await session.flush()
    await _record(session, case, "access.asked", staff, staff, None, now)
    await notices.tell(
        session,
        kind=NoticeKind.ACCESS_ASKED,
        people=[one for one in await secrecy.who_grants(session, case) if one.id != staff.id],
        round=f"access:{asked.id}",
        policy=policy,
        now=now,
        case=case,
        webhooks=False,
    )
    return asked


async def decide(
    session: AsyncSession,
    *,
    number: str,
    access_id: int,
    granted: bool,
    reason: str,
    staff: Staff,
    now: datetime,
) -> Access:
    """Grant or refuse what somebody asked for.

    Raises:
        NoSuchCase, NeedToKnow
        NotAllowed: not one who may grant (``secrecy.who_grants``), nor a supervisor who reads it.
        Missing: no reason.
        NoSuchRequest: it does not wait.
    """
    case = await held_by_granter(session, number, staff, reason)
    asked = await session.get(Access, access_id)
    if asked is None or asked.case_id != case.id or asked.decided_at is not None:
        raise NoSuchRequest(str(access_id))
    asked.decided_by_id, asked.decided_at = staff.id, now
    asked.granted, asked.reason = granted, reason.strip()
    person = await session.get_one(Staff, asked.staff_id)
    await _record(
        session, case, "access.granted" if granted else "access.refused", person, staff, reason, now
    )
    return asked


async def name_reader(
    session: AsyncSession, *, number: str, person: Staff, reason: str, staff: Staff, now: datetime
) -> Access:
    """Put somebody on the list of readers unasked. Raises as ``decide`` does."""
    case = await held_by_granter(session, number, staff, reason)
    return await name(session, case=case, person=person, reason=reason.strip(), by=staff, now=now)


async def end(
    session: AsyncSession, *, number: str, access_id: int, reason: str, staff: Staff, now: datetime
) -> None:
    """Take somebody off the list of readers, and the line from them. Raises as ``decide`` does."""
    case = await held_by_granter(session, number, staff, reason)
    found = await session.get(Access, access_id)
    if found is None or found.case_id != case.id or found.ended_at is not None:
        raise NoSuchRequest(str(access_id))
    found.ended_at = now
    await _record(
        session, case, "access.ended", await session.get_one(Staff, found.staff_id), staff, reason, now
    )


async def name(
    session: AsyncSession, *, case: Case, person: Staff, reason: str, by: Staff, now: datetime
) -> Access:
    """Put somebody on the list of a case, held by the caller; who stands on it already stays."""
    found = await _standing(session, case, person)
    if found is not None and found.granted:
        return found
    if found is None:
        session.add(found := Access(case_id=case.id, staff_id=person.id))
    found.decided_by_id, found.decided_at, found.granted, found.reason = by.id, now, True, reason
    await session.flush()
    await _record(session, case, "access.named", person, by, reason, now)
    return found


async def give_line(
    session: AsyncSession, *, case: Case, person: Staff, reason: str, by: Staff, now: datetime
) -> None:
    """Give somebody the line of a case, held by the caller; from whom they had it, it is taken."""
    before = await line_of(session, case)
    if before is not None and before.staff_id == person.id:
        return
    theirs = await name(session, case=case, person=person, reason=reason, by=by, now=now)
    if before is not None:
        before.speaks = False
        await session.flush()
    theirs.speaks = True
    await record(
        session,
        case=case,
        actor=Actor.staff(by),
        action="access.line",
        now=now,
        reason=reason,
        before={"staff": before.staff.username if before else None},
        after={"staff": person.username},
    )
    await notify(session, "case", case=case.id, number=case.number)


async def line_of(session: AsyncSession, case: Case) -> Access | None:
    """Who has the line to the customer of a case; None where nobody in particular does."""
    speaks = select(Access).where(Access.case_id == case.id, Access.speaks, Access.ended_at.is_(None))
    found: Access | None = await session.scalar(speaks.options(joinedload(Access.staff)))
    return found


async def may_speak(session: AsyncSession, *, case: Case, staff: Staff) -> None:
    """Refuse (LineHeld) whoever is not the one who speaks with the customer of this case."""
    line = await line_of(session, case) if case.secret_grade else None
    if line is not None and line.staff_id != staff.id:
        raise LineHeld(line.staff.name)


async def may_take(session: AsyncSession, *, conversation: Conversation, staff: Staff) -> None:
    """Refuse whoever may not begin to speak in a conversation about a graded case.

    Who takes up a customer who waits for a person needs to know what they take up, unless the line is
    somebody's or only named readers may read.

    Raises:
        LineHeld: one named person speaks with this customer.
        NeedToKnow
    """
    linked = select(Case).join(case_conversations, case_conversations.c.case_id == Case.id)
    linked = linked.where(case_conversations.c.conversation_id == conversation.id)
    for case in (await session.scalars(linked.where(Case.secret_grade.is_not(None)))).all():
        await may_speak(session, case=case, staff=staff)
        waits = conversation.holding is Holding.WAITING
        if not (waits and secrecy.opens_to_who_comes(case)):
            await secrecy.permit_for(session, number=case.number, staff=staff)


async def held_by_granter(session: AsyncSession, number: str, staff: Staff, reason: str) -> Case:
    """The case, held, for somebody who may say who reads it. Raises as ``decide`` does."""
    if not reason.strip():
        raise Missing("reason")
    permit = await secrecy.permit_for(session, number=number, staff=staff)
    case = await case_numbered(session, permit.number)
    granters = {one.id for one in await secrecy.who_grants(session, case)}
    if staff.id not in granters and staff.role is Role.AGENT:
        raise NotAllowed(staff.username)
    return case


async def _standing(session: AsyncSession, case: Case, staff: Staff) -> Access | None:
    stands = Access.granted.is_distinct_from(False) & Access.ended_at.is_(None)
    theirs = select(Access).where(Access.case_id == case.id, Access.staff_id == staff.id, stands)
    found: Access | None = await session.scalar(theirs)
    return found


async def _record(
    session: AsyncSession,
    case: Case,
    action: str,
    person: Staff,
    by: Staff,
    reason: str | None,
    now: datetime,
) -> None:
    await record(
        session,
        case=case,
        actor=Actor.staff(by),
        action=action,
        now=now,
        reason=reason.strip() if reason else None,
        after={"staff": person.username},
    )
    await notify(session, "case", case=case.id, number=case.number)
