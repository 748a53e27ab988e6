"""Time by a calendar: whether people are there, when they come, and how much of their time has passed.

Everything is reckoned in UTC, so that an hour is an hour on the days on which the clocks are changed too.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import takewhile
from typing import Final

from ledger.calendars import Calendar

DAY: Final = timedelta(days=1)
SEARCHED_DAYS: Final = 60
LONGEST: Final = timedelta(days=3653)


def is_open(calendar: Calendar, now: datetime) -> bool:
    """Whether people are there at ``now`` (aware, any zone)."""
    return next_opening(calendar, now) == now


def next_opening(calendar: Calendar, now: datetime) -> datetime | None:
    """When people are there next, in the calendar's zone: ``now`` itself while open.

    None when nobody comes within sixty days.
    """
    opening = next(openings(calendar, now), None)
    return opening[0].astimezone(calendar.time_zone) if opening else None


def working_time_after(calendar: Calendar, start: datetime, length: timedelta) -> datetime:
    """When ``length`` of opening hours has passed since ``start``: the first such moment, in UTC.

    Where nobody comes for sixty days in a row, and after ten years, what is left is calendar time.
    """
    reached, left = start.astimezone(UTC), length
    for opens, closes in openings(calendar, start):
        if opens + left <= closes:
            return opens + left
        reached, left = closes, left - (closes - opens)
    return reached + left


def working_time_between(calendar: Calendar, start: datetime, end: datetime) -> timedelta:
    """How much of the time from ``start`` to ``end`` was opening hours; none where the end comes first."""
    begun = takewhile(lambda opening: opening[0] < end, openings(calendar, start))
    return sum((min(closes, end) - opens for opens, closes in begun), timedelta())


def openings(calendar: Calendar, since: datetime) -> Iterator[tuple[datetime, datetime]]:
    """The times people are there from ``since`` on, in UTC, in order and apart, the one that runs included.

    They end where nobody comes for sixty days in a row, and after ten years.
    """
    reached = since.astimezone(UTC)
    # A night's hours begin on the day before.
    day, empty_days = local_day(calendar, since) - DAY, 0
    last = day + LONGEST
    while empty_days <= SEARCHED_DAYS and day < last:
        empty_days += 1
        for opens, closes in calendar.openings(day):
            begins, ends = max(opens.astimezone(UTC), reached), closes.astimezone(UTC)
            if begins < ends:
                yield begins, ends
                reached, empty_days = ends, 0
        day += DAY


def local_day(calendar: Calendar, now: datetime) -> date:
    """The day it is where the calendar is kept."""
    return now.astimezone(calendar.time_zone).date()
