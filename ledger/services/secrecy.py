"""Need-to-know (playbook C6): nothing graded is opened but through here, and every opening is written down.

``open_case`` and the like are for pages and routes: they refuse, or let in and record the look.
``permit_for`` and ``check_conversation`` only judge.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import CompoundSelect, Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.errors import NeedToKnow, NoSuchCase
from ledger.models import (
    Attachment,
    Case,
    Department,
    DutyContact,
    DutyShift,
    Form,
    Message,
    Staff,
    Task,
    case_conversations,
)
from ledger.policy import Policy
from ledger.secrecy import Ground, Permit, Reader, opens
from ledger.services import circle, viewing
from ledger.services.case_lock import tidy_number
from ledger.services.departments import headquarters, known
from ledger.views import readable
from ledger.vocabulary import Role, ViewKind


async def reader_of(session: AsyncSession, staff: Staff) -> Reader:
    """A member of staff as the rule sees them, at this moment."""
    departments = await known(session)
    heads = {one.id for one in departments if staff.id in (one.head_id, one.delegate_id)}
    on_duty_of = set(await session.scalars(_serves(staff))) if staff.on_duty else set()
    at_headquarters = {one.id for one in departments if one.headquarters}
    return Reader(
        id=staff.id,
        heads=frozenset(heads),
        on_duty_of=frozenset(on_duty_of),
        supervises=staff.role is not Role.AGENT,
        heads_headquarters=not at_headquarters.isdisjoint(heads),
        on_headquarters_duty=not at_headquarters.isdisjoint(on_duty_of),
    )


def _serves(staff: Staff) -> CompoundSelect[int]:
    """Departments on whose duty list or roster somebody stands, whether or not their shift runs now."""
    listed = select(DutyContact.department_id).where(DutyContact.staff_id == staff.id)
    return listed.union(select(DutyShift.department_id).where(DutyShift.staff_id == staff.id))


async def permit_for(session: AsyncSession, *, number: str, staff: Staff) -> Permit:
    """What lets ``staff`` read the case.

    Raises:
        NoSuchCase
        NeedToKnow: nothing does; it says who can let them.
    """
    reader = await reader_of(session, staff)
    has = readable.grounds(reader)
    found = (
        await session.execute(
            select(Case, *(condition.label(ground) for ground, condition in has.items())).where(
                Case.number == tidy_number(number)
            )
        )
    ).one_or_none()
    if found is None:
        raise NoSuchCase(number)
    case: Case = found[0]
    permit = Permit(
        case.id,
        case.number,
        case.secret_grade,
        frozenset(ground for ground, held in zip(has, found[1:], strict=True) if held),
        frozenset(await _closed_talks_of(session, case, reader)),
    )
    if not permit.opens(case.secret_grade):
        raise await refusal(session, case, staff)
    return permit


async def open_case(
    session: AsyncSession, *, number: str, staff: Staff, policy: Policy, now: datetime
) -> Permit:
    """Let ``staff`` read a case, and write down that they did. Raises as ``permit_for`` does."""
    permit = await permit_for(session, number=number, staff=staff)
    await _note(session, permit, ViewKind.CASE, permit.number, staff, policy, now)
    return permit


async def open_conversation(
    session: AsyncSession, *, conversation_id: int, staff: Staff, policy: Policy, now: datetime
) -> None:
    """Let ``staff`` read a conversation, and write down that they did.

    Raises:
        NeedToKnow: a graded case that they may not read is talked about in it.
    """
    await _open_talk(session, conversation_id, ViewKind.CONVERSATION, conversation_id, staff, policy, now)


async def open_file(
    session: AsyncSession, *, attachment_id: int, staff: Staff, policy: Policy, now: datetime
) -> None:
    """Let ``staff`` have a file, and write it down. Raises as ``open_conversation`` does."""
    of_message = select(Message.conversation_id).join(Attachment, Attachment.message_id == Message.id)
    conversation_id = await session.scalar(of_message.where(Attachment.id == attachment_id))
    if conversation_id is not None:
        await _open_talk(session, conversation_id, ViewKind.FILE, attachment_id, staff, policy, now)


async def check_conversation(session: AsyncSession, *, conversation_id: int, staff: Staff) -> None:
    """Refuse (NeedToKnow) what ``staff`` may not read; nothing is written down."""
    reader = await reader_of(session, staff)
    closed = _cases_of(conversation_id).where(~readable.readable(reader)).limit(1)
    if (case := await session.scalar(closed)) is not None:
        raise await refusal(session, case, staff)


async def open_form(
    session: AsyncSession, *, number: str, staff: Staff, policy: Policy, now: datetime
) -> None:
    """Let ``staff`` read a form, and write it down if it is about a case. Raises NeedToKnow."""
    permit = await check_form(session, number=number, staff=staff)
    if permit is not None:
        await _note(session, permit, ViewKind.FORM, number, staff, policy, now)


async def check_form(session: AsyncSession, *, number: str, staff: Staff) -> Permit | None:
    """Refuse (NeedToKnow) a form about a case that ``staff`` may not read; None of one about no case."""
    about = select(Case.number).join(Form, Form.case_id == Case.id)
    case = await session.scalar(about.where(Form.number == number.upper()))
    return await permit_for(session, number=case, staff=staff) if case else None


async def check_task(session: AsyncSession, *, task_id: int, staff: Staff) -> None:
    """Refuse (NeedToKnow) what was promised in a case that ``staff`` may not read."""
    number = await session.scalar(select(Case.number).join(Task).where(Task.id == task_id))
    if number is not None:
        await permit_for(session, number=number, staff=staff)


async def refusal(session: AsyncSession, case: Case, staff: Staff) -> NeedToKnow:
    """Why ``staff`` may not read the case, and whom to ask."""
    assert case.secret_grade is not None  # noqa: S101 — what has no grade is refused to nobody
    people = [one for one in await who_grants(session, case) if one.id != staff.id]
    return NeedToKnow(case.number, case.secret_grade, [one.name for one in people])


def opens_to_who_comes(case: Case) -> bool:
    """Whether holding a conversation about the case is reason enough to read it."""
    return opens(case.secret_grade, {Ground.HOLDER})


async def who_grants(session: AsyncSession, case: Case) -> list[Staff]:
    """Who may let others read the case: its owner, head and delegate of its department and headquarters.

    Never nobody: where none of these is, the supervisors of a confidential case, the administrators else.
    """
    department = await session.get(Department, case.department_id) if case.department_id else None
    people = await circle.active(session, case.owner_id)
    for place in filter(None, (department, await headquarters(session))):
        people += await circle.active(session, place.head_id)
        people += await circle.active(session, place.delegate_id)
    if not people:
        above = opens(case.secret_grade, {Ground.SUPERVISOR})
        people = await circle.of_roles(session, circle.ABOVE_AGENTS if above else [Role.ADMINISTRATOR])
    return list({one.id: one for one in people}.values())


async def _open_talk(
    session: AsyncSession,
    conversation_id: int,
    kind: ViewKind,
    subject: int,
    staff: Staff,
    policy: Policy,
    now: datetime,
) -> None:
    cases: Sequence[Case] = (await session.scalars(_cases_of(conversation_id))).all()
    permits = [
        await permit_for(session, number=case.number, staff=staff)
        for case in cases
        if case.secret_grade is not None
    ]
    for permit in permits:
        await _note(session, permit, kind, subject, staff, policy, now)
    if not permits:
        case_id = cases[-1].id if cases else None
        await viewing.note(
            session, staff=staff, kind=kind, subject=subject, case_id=case_id, policy=policy, now=now
        )


async def _note(
    session: AsyncSession,
    permit: Permit,
    kind: ViewKind,
    subject: object,
    staff: Staff,
    policy: Policy,
    now: datetime,
) -> None:
    # The first in the rule's order: who owns it and supervises it as well reads it as its owner.
    why = next((ground for ground in Ground if ground in permit.grounds), None)
    await viewing.note(
        session,
        staff=staff,
        kind=kind,
        subject=subject,
        case_id=permit.case_id,
        grade=permit.grade,
        why=why,
        policy=policy,
        now=now,
    )


def _cases_of(conversation_id: int) -> Select[Case]:
    linked = select(Case).join(case_conversations, case_conversations.c.case_id == Case.id)
    return linked.where(case_conversations.c.conversation_id == conversation_id).order_by(Case.id)


async def _closed_talks_of(session: AsyncSession, case: Case, reader: Reader) -> Sequence[int]:
    """Conversations of the case that are about another one, closed to the reader."""
    ours = select(case_conversations.c.conversation_id).where(case_conversations.c.case_id == case.id)
    closed = readable.closed_talks(reader).where(
        case_conversations.c.conversation_id.in_(ours), Case.id != case.id
    )
    return (await session.scalars(closed)).all()
