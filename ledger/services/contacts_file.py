"""Taking contacts over from a file (playbook D6): all of it, or nothing."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.csv_lines import read_lines
from ledger.errors import BadLines, NotAllowed
from ledger.models import OutsideContact, Staff
from ledger.services.entries import Actor, record
from ledger.services.outside_contacts import FIELDS, Details, read_details, write
from ledger.vocabulary import Role

NEEDED: Final = ("kind", "organisation")


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of a file: contacts that are new, and those that were known and are written anew."""

    new: int
    known: int


async def import_contacts(session: AsyncSession, *, text: str, by: Staff | None, now: datetime) -> Imported:
    """Take over every line of the CSV ``text``; who is there already is written anew.

    The columns are those of ``FIELDS``; only ``kind`` and ``organisation`` must be there. Kind, organisation,
    office and name together say who it is. ``by`` None is the command line.

    Raises:
        NotAllowed: not a supervisor.
        BadLines: nothing was taken; every line that is wrong, and why.
    """
    if by and by.role is Role.AGENT:
        raise NotAllowed(by.username)
    lines, faults = _read(text)
    faults += [fault async for fault in _without_keeper(session, lines)]
    if faults:
        raise BadLines(sorted(faults))
    known = 0
    for _, details in lines:
        found = await _known(session, details)
        known += found is not None
        await write(session, found, details, now)
    outcome = Imported(len(lines) - known, known)
    after = {"new": outcome.new, "known": outcome.known}
    actor = Actor.staff_or_command(by)
    await record(session, case=None, actor=actor, action="outside_contact.imported", now=now, after=after)
    return outcome


def _read(text: str) -> tuple[list[tuple[int, Details]], list[tuple[int, str]]]:
    """The lines that can be read, by their number in the file, and what is wrong with the others."""
    there: set[tuple[object, ...]] = set()

    def read(row: dict[str, str]) -> Details:
        if None in row:  # where csv keeps what stands beyond the last column
            raise ValueError("cells")
        details = read_details(row)
        if details.who in there:
            raise ValueError("twice")
        there.add(details.who)
        return details

    return read_lines(text, read, needed=NEEDED, known=FIELDS)


async def _without_keeper(
    session: AsyncSession, lines: list[tuple[int, Details]]
) -> AsyncIterator[tuple[int, str]]:
    """Lines whose keeper has no active account."""
    there = set(await session.scalars(select(Staff.username).where(Staff.disabled_at.is_(None))))
    for number, details in lines:
        if details.keeper and details.keeper not in there:
            yield number, "username"


async def _known(session: AsyncSession, details: Details) -> OutsideContact | None:
    same = (
        getattr(OutsideContact, field).is_not_distinct_from(value)
        for field, value in zip(("kind", "organisation", "office", "name"), details.who, strict=True)
    )
    found: OutsideContact | None = await session.scalar(select(OutsideContact).where(*same).limit(1))
    return found
