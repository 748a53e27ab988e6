"""Contacts outside, kept for a crisis (联络名录, playbook D6): who reads them, what is written, visits."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.errors import Missing, NoSuchContact, NotAllowed, WrongValue
from ledger.models import ContactVisit, Department, OutsideContact, Staff
from ledger.models.outside_contact import PREFIX
from ledger.policy import Policy
from ledger.services import viewing
from ledger.services.departments import belongs
from ledger.services.entries import Actor, record
from ledger.services.staff import active_by_username
from ledger.vocabulary import ContactKind, Role, ViewKind

FIELDS: Final = (
    "kind",
    "organisation",
    "office",
    "name",
    "phone",
    "region",
    "keeper",
    "visit_every_days",
    "note",
)
"""What is written of a contact, in the order of a file's columns."""
LONGEST: Final = {"note": 2000}
LONGEST_LINE: Final = 200
LONGEST_INTERVAL: Final = 3650
KIND_WORDS: Final[Mapping[str, ContactKind]] = {
    **{kind.value: kind for kind in ContactKind},
    **dict.fromkeys(("监管部门", "主管機關"), ContactKind.REGULATOR),
    **dict.fromkeys(("消费者协会", "消協", "消保團體"), ContactKind.CONSUMER_ASSOCIATION),
    **dict.fromkeys(("媒体", "媒體"), ContactKind.MEDIA),
    **dict.fromkeys(("公安", "警方"), ContactKind.POLICE),
    **dict.fromkeys(("政府",), ContactKind.GOVERNMENT),
    **dict.fromkeys(("合作方", "合作夥伴"), ContactKind.PARTNER),
}
"""A kind as people write it in a file."""


@dataclass(frozen=True, slots=True)
class Details:
    """What is written of a contact; ``keeper`` is a user name, ``visit_every_days`` its own interval."""

    kind: ContactKind
    organisation: str
    office: str | None = None
    name: str | None = None
    phone: str | None = None
    region: str | None = None
    keeper: str | None = None
    visit_every_days: int | None = None
    note: str | None = None

    @property
    def who(self) -> tuple[ContactKind, str, str | None, str | None]:
        """What makes it the same contact when it comes again."""
        return self.kind, self.organisation, self.office, self.name


def read_details(written: Mapping[str, str]) -> Details:
    """A contact as people write it, every field a text; what is left out is empty.

    Raises:
        ValueError: a code: ``kind``, ``organisation``, ``phone``, ``interval`` or ``too_long``.
    """
    words = {field: (written.get(field) or "").strip() for field in FIELDS}
    if words["kind"].lower() not in KIND_WORDS:
        raise ValueError("kind")
    if not words["organisation"]:
        raise ValueError("organisation")
    if words["phone"] and not any(letter.isdecimal() for letter in words["phone"]):
        raise ValueError("phone")
    if any(len(word) > LONGEST.get(field, LONGEST_LINE) for field, word in words.items()):
        raise ValueError("too_long")
    told: dict[str, Any] = {field: word or None for field, word in words.items()}
    told |= {"kind": KIND_WORDS[words["kind"].lower()], "visit_every_days": _days(words["visit_every_days"])}
    return Details(**told)


def _days(written: str) -> int | None:
    if not written:
        return None
    if not written.isdecimal() or not 0 < int(written) <= LONGEST_INTERVAL:
        raise ValueError("interval")
    return int(written)


async def reads_all(session: AsyncSession, staff: Staff, policy: Policy) -> bool:
    """Whether ``staff`` reads every contact: a supervisor, or of a department in ``contacts.read_by``."""
    if staff.role is not Role.AGENT:
        return True
    theirs = exists().where(Department.key.in_(policy.contacts.read_by), belongs(staff))
    return bool(await session.scalar(select(theirs)))


async def open_contact(
    session: AsyncSession, *, number: str, staff: Staff, policy: Policy, now: datetime
) -> OutsideContact:
    """The contact, for somebody who needs to know it; that they looked is on record.

    Raises:
        NoSuchContact
        NotAllowed
    """
    found = await _allowed(session, number, staff, policy)
    await viewing.note(
        session, staff=staff, kind=ViewKind.CONTACT, subject=found.number, policy=policy, now=now
    )
    return found


async def add(session: AsyncSession, *, details: Details, staff: Staff, now: datetime) -> OutsideContact:
    """Put somebody on the list.

    Raises:
        NotAllowed: not a supervisor.
        NoSuchStaff: the keeper has no active account.
    """
    _may_write(staff)
    made = await write(session, None, details, now)
    await _record(session, staff, "outside_contact.added", now, after=_told(made, details))
    return made


async def change(
    session: AsyncSession, *, number: str, details: Details, staff: Staff, now: datetime
) -> OutsideContact:
    """Write a contact anew.

    Raises:
        NotAllowed: not a supervisor.
        NoSuchContact
        NoSuchStaff: the keeper has no active account.
    """
    _may_write(staff)
    found = await contact(session, number)
    before = details_of(found)
    await write(session, found, details, now)
    was, becomes = asdict(before), asdict(details)
    changed = sorted(field for field in FIELDS if was[field] != becomes[field])
    after = {**_told(found, details), "changed": changed}
    await _record(session, staff, "outside_contact.changed", now, before=_told(found, before), after=after)
    return found


async def remove(session: AsyncSession, *, number: str, reason: str, staff: Staff, now: datetime) -> None:
    """Take a contact off the list, with all that was kept of them; the ledger keeps that it was done.

    Raises:
        NotAllowed: not a supervisor.
        Missing: no reason was given.
        NoSuchContact
    """
    _may_write(staff)
    if not reason.strip():
        raise Missing("reason")
    found = await contact(session, number)
    before = {"contact": found.number, "kind": found.kind}
    await session.delete(found)
    await _record(session, staff, "outside_contact.removed", now, before=before, reason=reason.strip())


async def visit(
    session: AsyncSession,
    *,
    number: str,
    at: datetime,
    outcome: str,
    staff: Staff,
    policy: Policy,
    now: datetime,
) -> ContactVisit:
    """Note that ``staff`` called on a contact at ``at``, and what came of it.

    Raises:
        NoSuchContact
        NotAllowed: neither keeps the contact nor reads them all.
        Missing: nothing is said of what came of it.
        WrongValue: it lies ahead.
    """
    found = await _allowed(session, number, staff, policy)
    if not outcome.strip():
        raise Missing("outcome")
    if at > now:
        raise WrongValue("at")
    made = ContactVisit(contact_id=found.id, at=at, by_id=staff.id, outcome=outcome.strip())
    session.add(made)
    after = {"contact": found.number, "kind": found.kind, "at": at.isoformat()}
    await _record(session, staff, "outside_contact.visited", now, after=after)
    return made


async def contact(session: AsyncSession, number: str) -> OutsideContact:
    """The contact with this number (``LX-12``).

    Raises:
        NoSuchContact
    """
    digits = number.removeprefix(PREFIX)
    found = (
        await session.get(OutsideContact, int(digits)) if digits.isascii() and digits.isdecimal() else None
    )
    if found is None:
        raise NoSuchContact(number)
    await session.refresh(found, ["keeper"])
    return found


async def write(
    session: AsyncSession, found: OutsideContact | None, details: Details, now: datetime
) -> OutsideContact:
    """Have the contact, a new one if ``found`` is None, say what ``details`` say; no entry is written.

    Raises:
        NoSuchStaff: the keeper has no active account.
    """
    told = asdict(details)
    keeper = await _keeper(session, told.pop("keeper"))
    if found is None:
        found = OutsideContact(created_at=now)
        session.add(found)
    for field, value in told.items():
        setattr(found, field, value)
    found.keeper = keeper
    await session.flush()
    return found


def details_of(found: OutsideContact) -> Details:
    """What is written of a contact."""
    told = {field: getattr(found, field) for field in FIELDS if field != "keeper"}
    return Details(**told, keeper=found.keeper.username if found.keeper else None)


async def _keeper(session: AsyncSession, username: str | None) -> Staff | None:
    return None if username is None else await active_by_username(session, username)


async def _allowed(session: AsyncSession, number: str, staff: Staff, policy: Policy) -> OutsideContact:
    found = await contact(session, number)
    if found.keeper_id != staff.id and not await reads_all(session, staff, policy):
        raise NotAllowed(staff.username)
    return found


def _may_write(staff: Staff) -> None:
    if staff.role is Role.AGENT:
        raise NotAllowed(staff.username)


def _told(found: OutsideContact, details: Details) -> dict[str, Any]:
    """What an entry may say of a contact: nothing of who they are."""
    return {
        "contact": found.number,
        "kind": details.kind,
        "keeper": details.keeper,
        "visit_every_days": details.visit_every_days,
    }


async def _record(session: AsyncSession, staff: Staff, action: str, now: datetime, **told: Any) -> None:
    await record(session, case=None, actor=Actor.staff(staff), action=action, now=now, **told)
