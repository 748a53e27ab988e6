"""Looks are written down: who opened what, and when (playbook C6)."""

from datetime import datetime

from sqlalchemy import exists, insert, literal, select
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.models import Staff, View
from ledger.policy import Policy
from ledger.services import case_lock
from ledger.services.entries import Actor, record
from ledger.vocabulary import SecretGrade, ViewKind


async def note(
    session: AsyncSession,
    *,
    staff: Staff,
    kind: ViewKind,
    subject: object,
    policy: Policy,
    now: datetime,
    case_id: int | None = None,
    grade: SecretGrade | None = None,
    why: str | None = None,
) -> bool:
    """Write down that somebody opened something; False when it is the same look as a moment ago.

    Of what is graded the case's book tells it too, with the ground (``why``) on which it was opened.
    """
    told = str(subject)
    recent = exists().where(
        View.staff_id == staff.id,
        View.at > now - policy.secrecy.same_view,
        View.kind == kind,
        View.subject == told,
        View.grade.is_not_distinct_from(grade),
    )
    columns = {
        View.staff_id: staff.id,
        View.kind: kind,
        View.subject: told,
        View.case_id: case_id,
        View.grade: grade,
        View.at: now,
    }
    values = (literal(value, column.type) for column, value in columns.items())
    new = insert(View).from_select(list(columns), select(*values).where(~recent)).returning(View.id)
    if await session.scalar(new) is None:
        return False
    if grade is not None and case_id is not None:
        await record(
            session,
            case=await case_lock.lock(session, case_id),
            actor=Actor.staff(staff),
            action="case.viewed",
            now=now,
            after={"view": kind, "secret_grade": grade, "ground": why},
        )
    return True
