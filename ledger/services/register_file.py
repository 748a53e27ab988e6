"""Taking customers over from a file (playbook C7): only those who have agreed, each line accounted for."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.csv_lines import read_lines
from ledger.models import Customer, Identity, Staff
from ledger.phones import is_phone, tidy_phone
from ledger.policy import Policy
from ledger.services.contact import keep_contact
from ledger.services.entries import Actor, record
from ledger.services.staff_entry import BY_PHONE
from ledger.vocabulary import Language

COLUMNS: Final = ("name", "phone", "email", "language", "consent")
YES: Final = frozenset({"yes", "y", "true", "1", "是", "同意", "已同意"})
LONGEST: Final = 200


@dataclass(frozen=True, slots=True)
class Line:
    """One customer of the file."""

    number: int
    name: str | None
    phone: str | None
    email: str | None
    language: Language


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of a file: customers that are new, those that were known and were brought up to date, and
    ``faults``: the number of each line that was left out, and a code for why.
    """

    new: int
    known: int
    faults: tuple[tuple[int, str], ...]


async def import_customers(
    session: AsyncSession, *, text: str, by: Staff | None, policy: Policy, now: datetime
) -> Imported:
    """Take over the good lines of the CSV ``text``; a faulty one is left out and named.

    The columns are ``name``, ``phone``, ``email``, ``language`` (absent: the organisation's first) and
    ``consent``; without consent nothing of a line is kept. Who has the phone number or e-mail already is the
    same customer. ``by`` None is the command line.

    Raises:
        BadLines: a column is missing; nothing was taken.
    """
    lines, faults = _read(text, policy.organisation.region)
    new = 0
    for line in lines:
        found = await _known(session, line)
        new += found is None
        kept = found or await _created(session, line, now)
        keep_contact(
            kept, phone=line.phone or None, email=line.email or None, name=line.name or None, now=now
        )
        await session.flush()
    outcome = Imported(new, len(lines) - new, tuple(faults))
    after = {"new": outcome.new, "known": outcome.known, "left_out": len(faults)}
    actor = Actor.staff_or_command(by)
    await record(session, case=None, actor=actor, action="customer.imported", now=now, after=after)
    return outcome


def _read(text: str, region: str) -> tuple[list[Line], list[tuple[int, str]]]:
    def read(row: dict[str, str]) -> dict[str, str]:
        written = {name: (row[name] or "").strip() for name in COLUMNS}
        if fault := _fault(written, region):
            raise ValueError(fault)
        return written

    good, faults = read_lines(text, read, needed=COLUMNS)
    return [_line(number, written, region) for number, written in good], faults


def _fault(written: Mapping[str, str], region: str) -> str | None:
    """What is wrong with a line: a code, the gravest first."""
    if written["consent"].lower() not in YES:
        return "consent"
    if not (written["phone"] or written["email"]):
        return "contact"
    if written["phone"] and not is_phone(written["phone"], region):
        return "phone"
    if written["email"] and not _is_address(written["email"]):
        return "email"
    if written["language"] and written["language"] not in set(Language):
        return "language"
    return "too_long" if any(len(word) > LONGEST for word in written.values()) else None


def _is_address(email: str) -> bool:
    name, _, place = email.rpartition("@")
    return bool(name) and "." in place and " " not in email


def _line(number: int, written: Mapping[str, str], region: str) -> Line:
    return Line(
        number=number,
        name=written["name"] or None,
        phone=tidy_phone(written["phone"], region) if written["phone"] else None,
        email=written["email"] or None,
        language=Language(written["language"] or Language.ZH_HANS),
    )


async def _known(session: AsyncSession, line: Line) -> Customer | None:
    """Who has this number or address: as they called, or as they left it with their consent."""
    if line.phone:
        called = select(Customer).join(Identity, Identity.customer_id == Customer.id)
        called = called.where(Identity.channel == BY_PHONE, Identity.address == line.phone)
        if found := (await session.scalars(called)).first():
            return found
    reach = Customer.phone == line.phone if line.phone else Customer.email == line.email
    kept = select(Customer).where(reach, Customer.consented_at.is_not(None)).order_by(Customer.id)
    return (await session.scalars(kept.limit(1))).first()


async def _created(session: AsyncSession, line: Line, now: datetime) -> Customer:
    created = Customer(created_at=now, language=line.language)
    session.add(created)
    if line.phone:
        session.add(Identity(customer=created, channel=BY_PHONE, address=line.phone, created_at=now))
    return created
