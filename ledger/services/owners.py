"""Who owns a case: the same person for the same customer, and never the one complained about (A2, B4)."""

import re
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.models import Case, Department, Staff
from ledger.services.circle import active
from ledger.services.departments import contacts_of
from ledger.vocabulary import CaseStatus

SHORTEST_NAME: Final = 2


async def choose_owner(
    session: AsyncSession, *, customer_id: int, department: Department | None, words: str
) -> Staff | None:
    """The person for a new case of this customer in ``department``; None when there is nobody ("the team").

    Whoever owned the customer's latest case goes on; else the head or duty contact with the fewest open
    cases. Nobody whom ``words``, the customer's, name.
    """
    people = await _owner_before(session, customer_id)
    if department:
        people += await _least_busy_first(session, department)
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


async def _owner_before(session: AsyncSession, customer_id: int) -> list[Staff]:
    latest = select(Case.owner_id).where(Case.customer_id == customer_id, Case.owner_id.is_not(None))
    return await active(session, await session.scalar(latest.order_by(Case.id.desc()).limit(1)))


async def _least_busy_first(session: AsyncSession, department: Department) -> list[Staff]:
    listed = await active(session, department.head_id) + await contacts_of(session, department)
    candidates = [staff for staff in listed if staff.on_duty and staff.disabled_at is None]
    load = await _open_cases(session, [staff.id for staff in candidates])
    return sorted(candidates, key=lambda staff: load.get(staff.id, 0))


async def _open_cases(session: AsyncSession, staff_ids: list[int]) -> dict[int, int]:
    owned = select(Case.owner_id, func.count()).where(Case.status == CaseStatus.OPEN)
    rows = await session.execute(owned.where(Case.owner_id.in_(staff_ids)).group_by(Case.owner_id))
    return {owner: count for owner, count in rows if owner is not None}
