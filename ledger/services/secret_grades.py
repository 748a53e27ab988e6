"""Secret grades (密级): given and raised by a supervisor with a reason, lowered only with a second person."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.errors import (
    AlreadyAsked,
    AlreadyGraded,
    Missing,
    NoSuchRequest,
    NotAllowed,
    SecondPerson,
)
from ledger.live import notify
from ledger.models import Case, Entry, EntryGrade, Lowering, Staff
from ledger.policy import Policy
from ledger.secrecy import at_least, rank
from ledger.services import access, secrecy
from ledger.services.case_lock import case_numbered
from ledger.services.entries import ASSISTANT, Actor, record
from ledger.vocabulary import Category, Role, SecretGrade

BY_RULE = "graded_by_rule"


async def by_rule(session: AsyncSession, *, case: Case, policy: Policy, now: datetime) -> None:
    """Give the case, held by the caller, the gravest grade its categories have by policy; it only rises."""
    of_rule = (policy.secrecy.grades.get(Category(word)) for word in _categories(case))
    grade = max(of_rule, key=rank, default=None)
    if grade is not None and rank(grade) > rank(case.secret_grade):
        await _set(session, case, grade, ASSISTANT, BY_RULE, now)


async def grade(
    session: AsyncSession,
    *,
    number: str,
    grade: SecretGrade,
    reason: str,
    staff: Staff,
    policy: Policy,
    now: datetime,
) -> Case:
    """Give a case a grade, or a higher one.

    From the grade on where only named readers read (``ledger/secrecy.py``), whoever gives it and the case's
    owner are named with it; from ``secrecy.single_line`` on the owner has the line to the customer.

    Raises:
        NoSuchCase, NeedToKnow
        NotAllowed: not a supervisor.
        Missing: no reason.
        AlreadyGraded: it is as high already.
    """
    case = await _held_by_supervisor(session, number, staff, reason)
    if at_least(case.secret_grade, grade):
        raise AlreadyGraded(case.number)
    await _set(session, case, grade, Actor.staff(staff), reason.strip(), now)
    if at_least(grade, SecretGrade.SECRET):
        await _name_first_readers(session, case, reason.strip(), staff, policy, now)
    return case


async def grade_entry(
    session: AsyncSession,
    *,
    number: str,
    position: int,
    grade: SecretGrade,
    reason: str,
    staff: Staff,
    now: datetime,
) -> EntryGrade:
    """Give one entry of the case's book a grade, or a higher one. Raises as ``grade`` does, and NoSuchRequest
    where the book has no such entry."""
    case = await _held_by_supervisor(session, number, staff, reason)
    entry = await _entry(session, case, position)
    found = await session.get(EntryGrade, entry.id)
    if found is not None and at_least(found.grade, grade):
        raise AlreadyGraded(f"{case.number}/{position}")
    before = found.grade if found else None
    if found is None:
        session.add(found := EntryGrade(entry_id=entry.id, case_id=case.id, grade=grade))
    found.grade = grade
    if grade is not SecretGrade.CONFIDENTIAL:
        await access.name(session, case=case, person=staff, reason=reason.strip(), by=staff, now=now)
    await _record(session, case, "secrecy.graded", Actor.staff(staff), reason, now, before, grade, position)
    return found


async def ask_lowering(
    session: AsyncSession,
    *,
    number: str,
    grade: SecretGrade | None,
    reason: str,
    staff: Staff,
    now: datetime,
    position: int | None = None,
) -> Lowering:
    """Ask a second person to lower the grade of a case, or of one of its entries, to ``grade`` (None: none).

    Raises:
        NoSuchCase, NeedToKnow, NotAllowed, Missing: as ``grade`` does.
        AlreadyGraded: it is not higher.
        AlreadyAsked: a lowering of this case waits already.
    """
    case = await _held_by_supervisor(session, number, staff, reason)
    entry = await _entry(session, case, position) if position is not None else None
    now_graded = await _grade_of(session, case, entry)
    if rank(grade) >= rank(now_graded):
        raise AlreadyGraded(case.number)
    if await _waiting(session, case) is not None:
        raise AlreadyAsked(case.number)
    asked = Lowering(
        case_id=case.id,
        entry_id=entry.id if entry else None,
        grade=grade,
        reason=reason.strip(),
        asked_by_id=staff.id,
        asked_at=now,
    )
    session.add(asked)
    await _record(
        session,
        case,
        "secrecy.lowering_asked",
        Actor.staff(staff),
        reason,
        now,
        now_graded,
        grade,
        position,
    )
    return asked


async def decide_lowering(
    session: AsyncSession, *, number: str, agreed: bool, reason: str, staff: Staff, now: datetime
) -> Lowering:
    """Agree as the second person, and the grade is lowered; or refuse, and it stays.

    Raises:
        NoSuchCase, NeedToKnow, NotAllowed, Missing: as ``grade`` does.
        NoSuchRequest: no lowering waits.
        SecondPerson: who asked for it.
    """
    case = await _held_by_supervisor(session, number, staff, reason)
    asked = await _waiting(session, case)
    if asked is None:
        raise NoSuchRequest(case.number)
    if asked.asked_by_id == staff.id:
        raise SecondPerson(staff.username)
    asked.decided_by_id, asked.decided_at = staff.id, now
    asked.agreed, asked.decision = agreed, reason.strip()
    entry = await session.get(Entry, asked.entry_id) if asked.entry_id else None
    before = await _grade_of(session, case, entry)
    if agreed:
        await _lower(session, case, entry, asked.grade)
    action = "secrecy.lowered" if agreed else "secrecy.lowering_refused"
    position = entry.position if entry else None
    await _record(session, case, action, Actor.staff(staff), reason, now, before, asked.grade, position)
    return asked


def _categories(case: Case) -> list[str]:
    return [*([case.category] if case.category else []), *case.further_categories]


async def _held_by_supervisor(session: AsyncSession, number: str, staff: Staff, reason: str) -> Case:
    if staff.role is Role.AGENT:
        raise NotAllowed(staff.username)
    if not reason.strip():
        raise Missing("reason")
    await secrecy.permit_for(session, number=number, staff=staff)
    return await case_numbered(session, number)


async def _set(
    session: AsyncSession, case: Case, grade: SecretGrade, actor: Actor, reason: str, now: datetime
) -> None:
    before, case.secret_grade = case.secret_grade, grade
    await _record(session, case, "secrecy.graded", actor, reason, now, before, grade, None)


async def _name_first_readers(
    session: AsyncSession, case: Case, reason: str, staff: Staff, policy: Policy, now: datetime
) -> None:
    owner = await session.get(Staff, case.owner_id) if case.owner_id else None
    for person in (staff, owner):
        if person is not None:
            await access.name(session, case=case, person=person, reason=reason, by=staff, now=now)
    if owner is not None and at_least(case.secret_grade, policy.secrecy.single_line):
        await access.give_line(session, case=case, person=owner, reason=reason, by=staff, now=now)


async def _lower(session: AsyncSession, case: Case, entry: Entry | None, grade: SecretGrade | None) -> None:
    if entry is None:
        case.secret_grade = grade
        return
    beside = await session.get_one(EntryGrade, entry.id)
    if grade is None:
        await session.delete(beside)
    else:
        beside.grade = grade


async def _entry(session: AsyncSession, case: Case, position: int) -> Entry:
    at = select(Entry).where(Entry.case_id == case.id, Entry.position == position)
    found: Entry | None = await session.scalar(at)
    if found is None:
        raise NoSuchRequest(f"{case.number}/{position}")
    return found


async def _grade_of(session: AsyncSession, case: Case, entry: Entry | None) -> SecretGrade | None:
    if entry is None:
        return case.secret_grade
    beside = await session.get(EntryGrade, entry.id)
    return beside.grade if beside else None


async def _waiting(session: AsyncSession, case: Case) -> Lowering | None:
    waits = select(Lowering).where(Lowering.case_id == case.id, Lowering.decided_at.is_(None))
    found: Lowering | None = await session.scalar(waits)
    return found


async def _record(
    session: AsyncSession,
    case: Case,
    action: str,
    actor: Actor,
    reason: str,
    now: datetime,
    before: SecretGrade | None,
    after: SecretGrade | None,
    position: int | None,
) -> None:
    which: dict[str, Any] = {} if position is None else {"entry": position}
    await record(
        session,
        case=case,
        actor=actor,
        action=action,
        now=now,
        reason=reason.strip(),
        before={"secret_grade": before, **which},
        after={"secret_grade": after, **which},
    )
    await notify(session, "case", case=case.id, number=case.number)
