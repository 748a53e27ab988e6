"""Who owns a case: the same person for the same customer, and never the one complained about (A2, B4)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.models import Case, Department, Staff
from ledger.services.circle import active
from ledger.services.departments import duty, is_on_duty
from ledger.services.persons import members
from ledger.vocabulary import CaseStatus

SHORTEST_NAME: Final = 2
REMEMBERED: Final = 5
"""So many of a customer's latest cases tell who has replied to them."""


class Because(StrEnum):
    """Why somebody owns a case, as its first entry tells."""

    KNOWN_TO_CUSTOMER = "known_to_customer"
    FEWEST_CASES = "fewest_cases"
    ENTERED_IT = "entered_it"
    NOBODY_THERE = "nobody_there"


@dataclass(frozen=True, slots=True)
class Choice:
    """Who owns a case, None for "the team", and why."""

    owner: Staff | None
    because: Because


async def choose_owner(
    session: AsyncSession, *, customer_id: int, department: Department | None, words: str, now: datetime
) -> Choice:
    """The person for a new case of this customer in ``department``.

    Whoever owned one of the customer's latest cases and is on duty now goes on (由相对固定人员回复); else
    of the department's head and people on duty the one with the fewest open cases. Nobody whom ``words``,
    the customer's, name.
    """
    for before in await _owners_before(session, customer_id):
        if not is_named(before, words) and await is_on_duty(session, before, now):
            return Choice(before, Because.KNOWN_TO_CUSTOMER)
    people = await _least_busy_first(session, department, now) if department else []
    for staff in people:
        if not is_named(staff, words):
            return Choice(staff, Because.FEWEST_CASES)
    return Choice(None, Because.NOBODY_THERE)


def is_named(staff: Staff, words: str) -> bool:
    """Whether a customer's words name this person, by name or username."""
    return any(_stands_in(name, words) for name in (staff.name, staff.username))


def _stands_in(name: str, words: str) -> bool:
    if len(name) < SHORTEST_NAME:
        return False
    if name.isascii():
        return re.search(rf"\b{re.escape(name)}\b", words, re.IGNORECASE | re.ASCII) is not None
    return name in words


async def _owners_before(session: AsyncSession, customer_id: int) -> Sequence[Staff]:
    """Who owned this person's latest cases, the latest first."""
    own = Case.customer_id.in_(await members(session, customer_id))
    latest = select(Staff).join(Case, Case.owner_id == Staff.id).where(own)
    owners = await session.scalars(latest.order_by(Case.id.desc()).limit(REMEMBERED))
    return list(dict.fromkeys(owners))


async def _least_busy_first(session: AsyncSession, department: Department, now: datetime) -> Sequence[Staff]:
    """Head and people on duty that are there; of equals the head first, then as the duty list has them."""
    head = await active(session, department.head_id)
    there = [staff for staff in head if await is_on_duty(session, staff, now)]
    there = list(dict.fromkeys([*there, *await duty(session, department, now)]))
    if len(there) < 2:
        return there
    owned = select(Case.owner_id, func.count()).where(Case.status == CaseStatus.OPEN)
    owned = owned.where(Case.owner_id.in_([staff.id for staff in there])).group_by(Case.owner_id)
    busy = {owner: count for owner, count in await session.execute(owned)}
    return sorted(there, key=lambda staff: busy.get(staff.id, 0))
