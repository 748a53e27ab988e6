"""When people are there: weeks with their hours, holidays, and single days that differ."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any, Final, Self, get_args

from pydantic import AfterValidator, Field, model_serializer, model_validator

from ledger import public_holidays
from ledger.parts import IN_ORDER, Part, TimeZone, Weekday

WEEKDAYS: Final = get_args(Weekday)
MIDNIGHT: Final = "24:00"


class Span(Part):
    """Part of a day, ``"09:00-18:00"`` in the file; one that closes before it opens ends the next morning."""

    opens: time
    closes: time

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, written: Any) -> Any:
        if isinstance(written, str):
            opens, _, closes = written.partition("-")
            return {"opens": opens.strip(), "closes": closes.strip().replace(MIDNIGHT, "00:00")}
        return written

    @model_validator(mode="after")
    def _lasts(self) -> Self:
        if self.opens == self.closes != time.min:
            raise ValueError("it closes when it opens")
        return self

    @model_serializer(when_used="json")
    def _as_text(self) -> str:
        return f"{self.opens:%H:%M}-{self.closing}"

    @property
    def closing(self) -> str:
        """When it closes, as people write it: the end of the day is 24:00."""
        return MIDNIGHT if self.closes == time.min else f"{self.closes:%H:%M}"

    @property
    def ends_next_day(self) -> bool:
        """Whether it closes on the day after it opened."""
        return self.closes <= self.opens


def known_place(place: str) -> str:
    """``place`` as it is.

    Raises:
        ValueError: no holidays are known there.
    """
    if not public_holidays.knows_place(place):
        raise ValueError(f"no holidays are known for {place!r}; write a code like CN, or US-NY")
    return place


class Calendar(Part):
    """When people are there; on a day that is not listed nobody is.

    ``holidays`` is a country, or country and subdivision (ISO 3166, ``US-NY``): its public holidays are
    closed, and a working day at a weekend that makes up for one (调休) has the hours of the week's first
    working day. ``closed_on`` and ``also_open`` go before that, ``also_open`` before all. Without a
    ``time_zone`` it is in the organisation's.
    """

    week: Mapping[Weekday, tuple[Span, ...]]
    holidays: Annotated[str, AfterValidator(known_place)] | None = None
    closed_on: Annotated[frozenset[date], IN_ORDER] = frozenset()
    also_open: Mapping[date, tuple[Span, ...]] = Field(default_factory=dict)
    time_zone: TimeZone | None = None

    def spans(self, day: date) -> tuple[Span, ...]:
        """The hours that begin on ``day``."""
        if day in self.also_open:
            return self.also_open[day]
        if day in self.closed_on:
            return ()
        if self.holidays and public_holidays.makes_up(self.holidays, day):
            return self._working_day
        if self.holidays and public_holidays.is_off(self.holidays, day):
            return ()
        return self.week.get(WEEKDAYS[day.weekday()], ())

    def openings(self, day: date) -> Iterator[tuple[datetime, datetime]]:
        """The times people come and go for the hours that begin on ``day``, in the calendar's zone."""
        for span in sorted(self.spans(day), key=lambda span: span.opens):
            until = day + timedelta(days=span.ends_next_day)
            yield (
                datetime.combine(day, span.opens, self.time_zone),
                datetime.combine(until, span.closes, self.time_zone),
            )

    def knows(self, year: int) -> bool:
        """Whether the year's holidays are known, as far as this calendar keeps any."""
        return self.holidays is None or public_holidays.knows_year(self.holidays, year)

    @property
    def _working_day(self) -> tuple[Span, ...]:
        return next((hours for day in WEEKDAYS if (hours := self.week.get(day))), ())
