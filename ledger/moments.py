"""What "last Wednesday" was: moments as people say them become dates, by when and where they were said.

A moment is heard without a calendar and written like ISO 8601: ``2026-11-18``, ``2026-11`` and ``2026``;
truncated where the year or month goes without saying: ``--11-18``, ``--11``, ``---18``; counted from the
message: ``-P1D`` yesterday, ``-P1W`` last week, ``-P1W-3`` its Wednesday, ``-P1Y-03`` last year's March,
``+P1D`` tomorrow; ``-W-3`` the latest Wednesday that is over. A time of day follows as ``T16:00``, or stands
alone.
"""

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Final

MONTHS: Final = 12
FORMS: Final = {
    "counted": re.compile(r"([+-])P(\d+)([DWMY])(?:-(\d{1,2}))?(?:-(\d\d))?"),
    "hours": re.compile(r"([+-])PT(\d+)H"),
    "weekday": re.compile(r"-W-([1-7])"),
    "month": re.compile(r"--(\d\d)"),
    "day_of_year": re.compile(r"--(\d\d)-(\d\d)"),
    "day_of_month": re.compile(r"---(\d\d)"),
}
MOMENT: Final = re.compile(r"(?P<day>.*?)(?P<time>T\d\d:\d\d)?")


def resolve(moment: str, at: datetime) -> str:
    """The moment in ISO 8601, as precise as it was told; ``at`` is when it was said, in the place's time.

    A week is ``2026-W46``; what is no such moment, or no day of the calendar, is returned as it is.
    """
    said = MOMENT.fullmatch(moment)
    day, time = (said["day"], said["time"] or "") if said else (moment, "")
    for form, pattern in FORMS.items():
        if found := pattern.fullmatch(day):
            try:
                return READERS[form](at, *found.groups()) + time
            except (ArithmeticError, ValueError):
                return moment
    return moment


def _counted(at: datetime, sign: str, number: str, unit: str, *within: str | None) -> str:
    count, parts = int(sign + number), [int(part) for part in within if part]
    if unit == "D":
        return _iso(at.date() + timedelta(days=count))
    if unit == "W":
        return _week(at.date() - timedelta(days=at.weekday()) + timedelta(weeks=count), *parts)
    if unit == "Y":
        return _calendar(at.year + count, *parts)
    year, month = divmod(at.year * MONTHS + at.month - 1 + count, MONTHS)
    return _calendar(year, month + 1, *parts)


def _week(monday: date, weekday: int | None = None) -> str:
    if weekday:
        return _iso(monday + timedelta(days=weekday - 1))
    year, week, _ = monday.isocalendar()
    return f"{year:04}-W{week:02}"


def _calendar(year: int, month: int | None = None, day: int | None = None) -> str:
    date(year, month or 1, day or 1)  # refuses a day that is in no calendar
    return "-".join([f"{year:04}", *(f"{part:02}" for part in (month, day) if part)])


def _hours(at: datetime, sign: str, number: str) -> str:
    return (at + timedelta(hours=int(sign + number))).strftime("%Y-%m-%dT%H:%M")


def _weekday(at: datetime, weekday: str) -> str:
    since = (at.isoweekday() - int(weekday)) % 7 or 7
    return _iso(at.date() - timedelta(days=since))


def _month(at: datetime, month: str) -> str:
    return f"{at.year - (int(month) > at.month):04}-{month}"


def _day_of_year(at: datetime, month: str, day: str) -> str:
    told = date(at.year, int(month), int(day))
    return _iso(told if told <= at.date() else told.replace(year=at.year - 1))


def _day_of_month(at: datetime, day: str) -> str:
    if int(day) <= at.day:
        return _iso(at.date().replace(day=int(day)))
    return _iso((at.date().replace(day=1) - timedelta(days=1)).replace(day=int(day)))


def _iso(day: date) -> str:
    return day.isoformat()


READERS: Final[dict[str, Callable[..., str]]] = {
    "counted": _counted,
    "hours": _hours,
    "weekday": _weekday,
    "month": _month,
    "day_of_year": _day_of_year,
    "day_of_month": _day_of_month,
}
