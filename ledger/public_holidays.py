"""Public holidays, and the working days at a weekend that make up for them (调休), as a library knows them.

A place is an ISO 3166 code: ``CN``, or ``US-NY`` with a subdivision.
"""

from datetime import date, timedelta
from functools import cache
from typing import Final

from holidays import HolidayBase, country_holidays

DAY: Final = timedelta(days=1)
DECREED: Final = frozenset({"CN", "HU", "RU", "VN"})
"""Countries that decree every year's make-up days anew: until then nobody can know them."""


def knows_place(place: str) -> bool:
    """Whether the library has this country, and the subdivision if one is named."""
    try:
        _holidays(place)
    except NotImplementedError:
        return False
    return True


def knows_year(place: str, year: int) -> bool:
    """Whether the holidays of ``year`` are known, as far as they are decreed and not calculated."""
    return place.partition("-")[0] not in DECREED or year in _holidays(place).special_public_holidays


def makes_up(place: str, day: date) -> bool:
    """Whether ``day`` is a day of a weekend on which everybody works."""
    holidays = _holidays(place)
    # The days of a year are filled in when the year is first asked about.
    return day not in holidays and day in holidays.weekend_workdays


def is_off(place: str, day: date) -> bool:
    """Whether ``day`` is a public holiday, or part of a decreed break.

    Where make-up days are decreed, a weekend beside a holiday belongs to the break, even for who works on
    Saturdays.
    """
    if day in _holidays(place):
        return True
    return place.partition("-")[0] in DECREED and _joins_a_holiday(place, day)


def _joins_a_holiday(place: str, day: date) -> bool:
    """Whether nothing but weekend lies between ``day``, itself of a weekend, and a holiday."""
    return any(_leads_to_a_holiday(place, day, step) for step in (DAY, -DAY))


def _leads_to_a_holiday(place: str, day: date, step: timedelta) -> bool:
    holidays = _holidays(place)
    while day not in holidays:
        if day.weekday() not in holidays.weekend or makes_up(place, day):
            return False
        day += step
    return True


@cache
def _holidays(place: str) -> HolidayBase:
    country, _, subdivision = place.partition("-")
    return country_holidays(country, subdiv=subdivision or None)
