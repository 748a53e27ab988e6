"""Complaints that belong to one group event (playbook B9): linked by people, never silently."""

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.errors import AlreadyLinked, Missing, NoSuchCase, NoSuchForm, NotThisStep
from ledger.live import notify
from ledger.models import Case, Form, FormCase, Staff
from ledger.policy import Policy
from ledger.services.case_lock import case_numbered
from ledger.services.entries import Actor, record
from ledger.services.group_events import KIND
from ledger.services.statements import statement_on
from ledger.services.working import progress


async def link(session: AsyncSession, *, form: str, number: str, staff: Staff, now: datetime) -> Case:
    """Have the case with ``number`` move together with the group event of the ``form`` (its number).

    Raises:
        NoSuchForm, NoSuchCase
        NotThisStep: the form is closed.
        AlreadyLinked: it belongs to this form.
    """
    case = await case_numbered(session, number)
    group = await _open_group(session, form)
    row = insert(FormCase).values(form_id=group.id, case_id=case.id, linked_at=now, linked_by_id=staff.id)
    linked = await session.scalar(row.on_conflict_do_nothing().returning(FormCase.case_id))
    if linked is None or case.id == group.case_id:
        raise AlreadyLinked(case.number)
    await _record(session, case, group, "form.case_linked", staff, now)
    return case


async def unlink(
    session: AsyncSession, *, form: str, number: str, reason: str, staff: Staff, now: datetime
) -> Case:
    """Have a case move by itself again.

    Raises:
        NoSuchForm, NotThisStep
        NoSuchCase: there is none, or it does not belong to this form.
        Missing: no reason was given.
    """
    if not reason.strip():
        raise Missing("reason")
    case = await case_numbered(session, number)
    group = await _open_group(session, form)
    gone = delete(FormCase).where(FormCase.form_id == group.id, FormCase.case_id == case.id)
    if await session.scalar(gone.returning(FormCase.case_id)) is None:
        raise NoSuchCase(number)
    await _record(session, case, group, "form.case_unlinked", staff, now, reason.strip())
    return case


async def tell(
    session: AsyncSession, *, form: str, number: str, staff: Staff, policy: Policy, now: datetime
) -> Case:
    """Tell one customer of the group what all are told: the statement in force on it (playbook D1), else the
    form's own, as a word of progress.

    Raises:
        NoSuchForm, NotThisStep, NoSuchCase, AlreadyResolved
        Missing: there is no statement.
    """
    case = await case_numbered(session, number)
    group = await _open_group(session, form)
    about = (await session.get_one(Case, group.case_id)).narrative
    approved = await statement_on(session, about, case.language, now, policy=policy)
    text = approved or group.filled.get("statement") or ""
    if not text:
        raise Missing("statement")
    return await progress(session, number=number, text=text, staff=staff, policy=policy, now=now)


async def _open_group(session: AsyncSession, number: str) -> Form:
    group = await session.scalar(select(Form).where(Form.number == number.upper(), Form.kind == KIND))
    if group is None:
        raise NoSuchForm(number)
    if group.closed_at is not None:
        raise NotThisStep(group.state)
    return group


async def _record(
    session: AsyncSession,
    case: Case,
    group: Form,
    action: str,
    staff: Staff,
    now: datetime,
    reason: str | None = None,
) -> None:
    after = {"form": group.number}
    await record(
        session, case=case, actor=Actor.staff(staff), action=action, now=now, reason=reason, after=after
    )
    await notify(session, "form", form=group.number, case=case.id, number=case.number)
