"""The list of contacts as somebody reads it, and who of them is needed beside a form (playbook D6)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from ledger.models import ContactVisit, Department, OutsideContact, Staff
from ledger.policy import Policy
from ledger.script import fold
from ledger.services.outside_contacts import reads_all
from ledger.vocabulary import ContactKind
from ledger.words import Words

MOST: Final = 500
BESIDE: Final = 6
"""So many stand beside a form at most."""
SHORTEST: Final = 2
"""A name has so many characters at least before it is looked for inside another text."""


@dataclass(frozen=True, slots=True)
class ContactLine:
    """A contact on the list; ``name``, ``phone`` and ``note`` are None for who needs not know them.

    ``keeper`` is whoever of us keeps it, with an active account; ``department`` the key of theirs. ``due_at``
    is when the next visit is due, reckoned from the last one or from when the contact was added (``since``).
    """

    id: int
    number: str
    kind: ContactKind
    organisation: str
    office: str | None
    name: str | None
    phone: str | None
    region: str | None
    note: str | None
    keeper_id: int | None
    keeper: str | None
    department: str | None
    since: datetime
    visited_at: datetime | None
    due_at: datetime


@dataclass(frozen=True, slots=True)
class VisitLine:
    """A visit that was made."""

    at: datetime
    by: str
    outcome: str


@dataclass(frozen=True, slots=True)
class Beside:
    """A contact that stands ready beside a form; ``named``: the form speaks of it or of where it is."""

    line: ContactLine
    named: bool
    readable: bool


async def contacts(
    session: AsyncSession,
    *,
    staff: Staff,
    policy: Policy,
    words: str = "",
    kind: ContactKind | None = None,
) -> list[ContactLine]:
    """The contacts ``staff`` may read that contain every one of ``words``, whose visit is due first."""
    wanted = _lines()
    if not await reads_all(session, staff, policy):
        wanted = wanted.where(OutsideContact.keeper_id == staff.id)
    if kind:
        wanted = wanted.where(OutsideContact.kind == kind)
    told = func.concat_ws(
        " ", OutsideContact.organisation, OutsideContact.office, OutsideContact.name, OutsideContact.region
    )
    for word in words.split():
        if pattern := Words(word).pattern:
            wanted = wanted.where(told.op("~")(pattern))
    return await _read(session, wanted, policy)


async def all_contacts(session: AsyncSession, *, policy: Policy) -> list[ContactLine]:
    """Every contact without what tells who they are, whose visit is due first."""
    return [_veiled(line) for line in await _read(session, _lines(), policy)]


async def contact_line(session: AsyncSession, contact_id: int, *, policy: Policy) -> ContactLine:
    """One contact, as on the list; whoever asks has opened it (``services/outside_contacts.py``)."""
    [line] = await _read(session, _lines().where(OutsideContact.id == contact_id), policy)
    return line


async def visits_of(session: AsyncSession, contact_id: int) -> list[VisitLine]:
    """The visits to a contact, the latest first."""
    wanted = select(ContactVisit).where(ContactVisit.contact_id == contact_id)
    wanted = wanted.options(joinedload(ContactVisit.by)).order_by(ContactVisit.at.desc()).limit(MOST)
    return [VisitLine(one.at, one.by.name, one.outcome) for one in await session.scalars(wanted)]


async def beside(
    session: AsyncSession, *, form: str, values: Mapping[str, Any], staff: Staff, policy: Policy
) -> list[Beside]:
    """Who is needed for a form of the kind ``form`` with these ``values``: whom it names first.

    Of media only the outlet that the form names: what another outlet's people are called helps nobody. To
    whom is not one of their readers a contact says no more than where it is and who of us keeps it.
    """
    kinds = policy.contacts.beside.get(form, ())
    if not kinds:
        return []
    said = [fold(value) for value in values.values() if isinstance(value, str) and value.strip()]
    everything = await reads_all(session, staff, policy)
    found = []
    for line in await _read(session, _lines().where(OutsideContact.kind.in_(kinds)), policy):
        readable = everything or line.keeper_id == staff.id
        found.append(Beside(line if readable else _veiled(line), _named(line, said), readable))
    needed = [one for one in found if one.named or one.line.kind is not ContactKind.MEDIA]
    return sorted(needed, key=lambda one: (not one.named, kinds.index(one.line.kind)))[:BESIDE]


def _named(line: ContactLine, said: Sequence[str]) -> bool:
    """Whether a form speaks of the organisation, or of the region it is in."""
    names = [fold(name) for name in (line.organisation, line.region) if name and len(name) >= SHORTEST]
    if any(name in text for name in names for text in said):
        return True
    return any(len(text) >= SHORTEST and text in names[0] for text in said) if names else False


def _veiled(line: ContactLine) -> ContactLine:
    return replace(line, name=None, phone=None, note=None)


def _lines() -> Select[OutsideContact, Staff | None, str | None, datetime | None]:
    last = select(func.max(ContactVisit.at)).where(ContactVisit.contact_id == OutsideContact.id)
    keeps = (Staff.id == OutsideContact.keeper_id) & Staff.disabled_at.is_(None)
    return (
        select(OutsideContact, Staff, Department.key, last.scalar_subquery())
        .outerjoin(Staff, keeps)
        .outerjoin(Department, Department.id == Staff.department_id)
        .order_by(OutsideContact.id)
        .limit(MOST)
    )


async def _read(
    session: AsyncSession,
    wanted: Select[OutsideContact, Staff | None, str | None, datetime | None],
    policy: Policy,
) -> list[ContactLine]:
    found = [_line(*row, policy) for row in await session.execute(wanted)]
    return sorted(found, key=lambda line: (line.due_at, line.id))


def _line(
    found: OutsideContact,
    keeper: Staff | None,
    department: str | None,
    visited_at: datetime | None,
    policy: Policy,
) -> ContactLine:
    return ContactLine(
        id=found.id,
        number=found.number,
        kind=found.kind,
        organisation=found.organisation,
        office=found.office,
        name=found.name,
        phone=found.phone,
        region=found.region,
        note=found.note,
        keeper_id=keeper.id if keeper else None,
        keeper=keeper.name if keeper else None,
        department=department,
        since=found.created_at,
        visited_at=visited_at,
        due_at=(visited_at or found.created_at) + policy.contacts.every(found.kind, found.visit_every_days),
    )
