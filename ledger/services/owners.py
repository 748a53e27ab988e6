"""Who owns a case: the same person for the same customer, and never the one complained about (A2, B4)."""

import re
from collections.abc import Sequence
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.models import Case, Department, DutyContact, Staff
from ledger.vocabulary import CaseStatus

SHORTEST_NAME: Final = 2


async def choose_owner(
    session: AsyncSession, *, customer_id: int, department: Department | None, words: str
) -> Staff | None:
    """The person for a new case of this customer in ``department``; None when there is nobody ("the team").

    Whoever owned the customer's latest case goes on; else the head or duty contact with the fewest open
    cases. Nobody whom ``words``, the customer's, name.
    """
    before = await _owner_before(session, customer_id)
    if before and not is_named(before, words):
        return before
    people = await _least_busy_first(session, department) if department else []
    return next((staff for staff in people if not is_named(staff, words)), None)


def is_named(staff: Staff, words: str) -> bool:
    """Whether a customer's words name this person, by name or username."""
    return any(_stands_in(name, words) for name in (staff.name, staff.username))


def _stands_in(name: str, words: str) -> bool:
    if len(name) < SHORTEST_NAME:
        return False
    if name.isascii():
        return re.search(rf"\b{re.escape(name)}\b", words, re.IGNORECASE | re.ASCII) is not None
    return name in words


async def _owner_before(session: AsyncSession, customer_id: int) -> Staff | None:
    latest = select(Staff).join(Case, Case.owner_id == Staff.id).where(Case.customer_id == customer_id)
    owner: Staff | None = await session.scalar(latest.order_by(Case.id.desc()).limit(1))
    return owner if owner and owner.disabled_at is None else None


async def _least_busy_first(session: AsyncSession, department: Department) -> Sequence[Staff]:
    """Head and duty contacts that are there; of equals the head first, then as the duty list has them."""
    owned = select(func.count()).where(Case.owner_id == Staff.id, Case.status == CaseStatus.OPEN)
    listed = (DutyContact.staff_id == Staff.id) & (DutyContact.department_id == department.id)
    is_head = Staff.id.is_not_distinct_from(department.head_id)
    there = select(Staff).outerjoin(DutyContact, listed).where(Staff.on_duty, Staff.disabled_at.is_(None))
    found = await session.scalars(
        there.where(is_head | DutyContact.staff_id.is_not(None)).order_by(
            owned.scalar_subquery(), is_head.desc(), DutyContact.position, Staff.id
        )
    )
    return found.all()
