"""When people are at the desk, by the organisation's hours and time zone."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Final

from ledger.policy import Policy, Span

WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
SEARCHED_DAYS: Final = 60


def is_open(policy: Policy, now: datetime) -> bool:
    """Whether people are there at ``now`` (aware, any zone)."""
    return any(opens <= now < closes for opens, closes in openings(policy, local_day(policy, now)))


def next_opening(policy: Policy, now: datetime) -> datetime | None:
    """When people are there next, in the organisation's zone: ``now`` itself while open.

    None when the desk does not open within sixty days.
    """
    local = now.astimezone(policy.organisation.time_zone)
    if is_open(policy, now):
        return local
    days = (local.date() + timedelta(days=ahead) for ahead in range(SEARCHED_DAYS))
    return next((opens for day in days for opens, _ in openings(policy, day) if opens > now), None)


def working_time_after(policy: Policy, start: datetime, length: timedelta) -> datetime:
    """When ``length`` of opening hours has passed since ``start``.

    What does not fit into the hours of the next sixty days falls due after ``length`` of calendar time.
    """
    left = length
    for ahead in range(SEARCHED_DAYS):
        for opens, closes in openings(policy, local_day(policy, start) + timedelta(days=ahead)):
            begins = max(opens, start)
            if begins + left <= closes:
                return begins + left
            left -= max(closes - begins, timedelta())
    return start + length


def local_day(policy: Policy, now: datetime) -> date:
    """The day it is at the organisation."""
    return now.astimezone(policy.organisation.time_zone).date()


def openings(policy: Policy, day: date) -> Iterator[tuple[datetime, datetime]]:
    """The times the desk opens and closes on ``day``, in order."""
    zone = policy.organisation.time_zone
    for span in sorted(spans(policy, day), key=lambda span: span.opens):
        until = day + timedelta(days=span.closes == time.min)
        yield datetime.combine(day, span.opens, zone), datetime.combine(until, span.closes, zone)


def spans(policy: Policy, day: date) -> tuple[Span, ...]:
    """The hours of ``day``: a day named one by one goes before its weekday."""
    hours = policy.hours
    if day in hours.also_open:
        return hours.also_open[day]
    if day in hours.closed_on:
        return ()
    return dict(hours.week).get(WEEKDAYS[day.weekday()], ())
