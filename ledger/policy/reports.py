"""When reports are made, and who is told (docs/reports.md)."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from itertools import count
from typing import Annotated, Any, Final
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, Field, PlainSerializer

from ledger.calendars import WEEKDAYS
from ledger.parts import Part, Weekday

DAY: Final = timedelta(days=1)


def read_hour(written: Any) -> time:
    """``"18:00"`` as a time of the day.

    Raises:
        ValueError: it is not one.
    """
    if isinstance(written, time):
        return written
    try:
        return time.fromisoformat(written)
    except (TypeError, ValueError):
        raise ValueError(f'{written!r} is no time of the day; write one like "18:00"') from None


Hour = Annotated[
    time, BeforeValidator(read_hour), PlainSerializer(lambda at: f"{at:%H:%M}", when_used="json")
]


class Schedule(Part):
    """When a report is made: ``at`` this hour on these ``days``, in the organisation's time zone.

    ``tells`` are the departments whose people on duty are told. ``each_department``: besides the one about
    the whole desk each department has its own, and is told.
    """

    at: Hour
    days: tuple[Weekday, ...] = Field(WEEKDAYS, min_length=1)
    tells: tuple[str, ...] = Field(min_length=1)
    each_department: bool = False

    def latest(self, now: datetime, zone: ZoneInfo) -> datetime:
        """When one was due last, ``now`` included."""
        return next(due for due in self._before(now.astimezone(zone).date(), zone) if due <= now)

    def before(self, due: datetime, zone: ZoneInfo) -> datetime:
        """When the one before that of ``due`` was due."""
        return next(self._before(due.astimezone(zone).date() - DAY, zone))

    def on(self, day: date, zone: ZoneInfo) -> datetime:
        """When that of ``day`` is due, or would be."""
        return datetime.combine(day, self.at, zone)

    def _before(self, day: date, zone: ZoneInfo) -> Iterator[datetime]:
        back = (day - n * DAY for n in count())
        return (self.on(one, zone) for one in back if WEEKDAYS[one.weekday()] in self.days)
