"""Writing a department's roster (值班表), by hand or from a file (playbook B4)."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import groupby
from typing import Final

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.calendars import MIDNIGHT, WEEKDAYS
from ledger.csv_lines import read_lines
from ledger.errors import BadLines, NoDelegate, NotFound
from ledger.models import Department, DutyShift, Staff
from ledger.policy import Policy
from ledger.services.departments import department as department_of
from ledger.services.departments import shifts_of
from ledger.services.entries import Actor, record
from ledger.services.staff import active_by_username

COLUMNS: Final = ("department", "when", "from", "to", "username")
DAY_NAMES: Final = {
    **{name: place for place, name in enumerate(WEEKDAYS)},
    **{
        f"{week}{name}": place for week in ("周", "週", "星期") for place, name in enumerate("一二三四五六日")
    },
}
"""``monday``, 周一, 週一, 星期一; Sunday is 周日."""


@dataclass(frozen=True, slots=True)
class Shift:
    """One line of a roster: ``when`` is a day or a weekday (0 is Monday); see ``DutyShift``."""

    username: str
    when: date | int
    opens: time
    closes: time

    @property
    def hours(self) -> str:
        """From when to when, as people write it."""
        closes = MIDNIGHT if self.closes == time.min else f"{self.closes:%H:%M}"
        return f"{self.opens:%H:%M}-{closes}"

    @property
    def in_words(self) -> str:
        """As the ledger keeps it: ``monday 09:00-18:00 wang``."""
        day = WEEKDAYS[self.when] if isinstance(self.when, int) else self.when.isoformat()
        return f"{day} {self.hours} {self.username}"


async def set_roster(
    session: AsyncSession,
    *,
    key: str,
    shifts: Sequence[Shift],
    by: Staff | None,
    policy: Policy,
    now: datetime,
) -> Department:
    """Replace a department's roster; with no shifts its duty list counts again.

    The times are those of the department's calendar. ``by`` None is the command line.

    Raises:
        NoSuchDepartment
        NoSuchStaff: no such account, or it is disabled.
        NoDelegate: the head would be away between their shifts, and no delegate is named.
    """
    found = await department_of(session, key)
    people = {name: await active_by_username(session, name) for name in {shift.username for shift in shifts}}
    head_has_shifts = found.head_id in {person.id for person in people.values()}
    if found.head_id and head_has_shifts and found.delegate_id in (None, found.head_id):
        raise NoDelegate(key)
    before = [as_shift(row).in_words for row in await shifts_of(session, found)]
    await session.execute(delete(DutyShift).where(DutyShift.department_id == found.id))
    zone = policy.calendar(key).time_zone
    session.add_all(_row(found, shift, people[shift.username], str(zone)) for shift in shifts)
    await session.flush()
    await record(
        session,
        case=None,
        actor=Actor.staff_or_command(by),
        action="department.roster",
        now=now,
        before={"department": key, "shifts": before},
        after={"department": key, "shifts": [shift.in_words for shift in shifts]},
    )
    return found


async def import_rosters(
    session: AsyncSession, *, text: str, by: Staff | None, policy: Policy, now: datetime
) -> list[str]:
    """Replace the roster of every department that the CSV ``text`` names; their keys, in its order.

    The columns are ``department`` (a key), ``when`` (``2026-12-01``, ``monday``, 周一), ``from``, ``to``
    (``09:00``) and ``username``.

    Raises:
        BadLines: nothing was changed; every line that is wrong, and why.
        NoDelegate
    """
    lines, faults = _read(text)
    for number, (key, shift) in lines:
        faults += [(number, why) async for why in _unknown(session, key, shift)]
    if faults:
        raise BadLines(sorted(faults))
    of = sorted((line for _, line in lines), key=lambda line: line[0])
    for key, own in groupby(of, key=lambda line: line[0]):
        await set_roster(session, key=key, shifts=[shift for _, shift in own], by=by, policy=policy, now=now)
    return sorted({key for key, _ in of})


def read_shift(when: str, opens: str, closes: str, username: str) -> Shift:
    """A shift as people write it.

    Raises:
        ValueError: a code: ``when``, ``time`` or ``username``.
    """
    if not username.strip():
        raise ValueError("username")
    return Shift(username.strip(), _day(when.strip()), _time(opens.strip()), _time(closes.strip()))


def as_shift(row: DutyShift) -> Shift:
    """A shift of the roster as it is written."""
    when = row.day if row.day else row.weekday
    assert when is not None  # noqa: S101 — the table has one of them
    return Shift(row.staff.username, when, row.opens, row.closes)


def _row(place: Department, shift: Shift, person: Staff, zone: str) -> DutyShift:
    is_day = isinstance(shift.when, date)
    return DutyShift(
        department_id=place.id,
        staff=person,
        day=shift.when if is_day else None,
        weekday=None if is_day else shift.when,
        opens=shift.opens,
        closes=shift.closes,
        time_zone=zone,
    )


def _read(text: str) -> tuple[list[tuple[int, tuple[str, Shift]]], list[tuple[int, str]]]:
    """The lines that can be read, by their number in the file, and what is wrong with the others."""

    def read(row: dict[str, str]) -> tuple[str, Shift]:
        department, *written = ((row[name] or "") for name in COLUMNS)
        return department.strip(), read_shift(*written)

    return read_lines(text, read, needed=COLUMNS)


async def _unknown(session: AsyncSession, key: str, shift: Shift) -> AsyncIterator[str]:
    """What the line names that does not exist."""
    for code, look in (
        ("department", department_of(session, key)),
        ("username", active_by_username(session, shift.username)),
    ):
        try:
            await look
        except NotFound:
            yield code


def _day(written: str) -> date | int:
    if written.lower() in DAY_NAMES:
        return DAY_NAMES[written.lower()]
    try:
        return date.fromisoformat(written)
    except ValueError:
        raise ValueError("when") from None


def _time(written: str) -> time:
    try:
        return time.min if written == MIDNIGHT else time.fromisoformat(written)
    except ValueError:
        raise ValueError("time") from None
