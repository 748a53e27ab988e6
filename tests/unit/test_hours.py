"""When people are at the desk, in the organisation's own time."""

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from ledger.hours import is_open, next_opening, working_time_after
from ledger.policy import Hours, Span, load_policy

SHANGHAI = ZoneInfo("Asia/Shanghai")
DEFAULT = load_policy(Path(__file__).parents[2] / "policy.yml")


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A time in November 2026 in Shanghai, told in UTC; the 23rd is a Monday."""
    return datetime(2026, 11, day, hour, minute, tzinfo=SHANGHAI).astimezone(UTC)


def with_hours(**hours):
    """The default policy with other hours."""
    return DEFAULT.model_copy(update={"hours": Hours(**hours)})


@pytest.mark.parametrize(
    ("moment", "is_so"),
    [
        (at(23, 8, 59), False),
        (at(23, 9), True),
        (at(23, 17, 59), True),
        (at(23, 18), False),
        (at(22, 12), False),
    ],
)
def test_people_are_there_from_opening_until_closing(moment, is_so):
    assert is_open(DEFAULT, moment) is is_so


def test_while_open_the_next_opening_is_now():
    assert next_opening(DEFAULT, at(23, 10)) == at(23, 10)


def test_in_the_small_hours_it_is_this_morning():
    assert next_opening(DEFAULT, at(24, 3)) == at(24, 9)


def test_after_closing_it_is_the_next_day_that_opens():
    assert next_opening(DEFAULT, at(28, 20)) == at(30, 9)


def test_it_is_told_in_the_organisations_zone():
    assert next_opening(DEFAULT, at(24, 3)).hour == 9


def test_a_lunch_break_ends_in_the_same_day():
    policy = with_hours(week={"monday": ("09:00-12:00", "13:00-18:00")})
    assert not is_open(policy, at(23, 12, 30))
    assert next_opening(policy, at(23, 12, 30)) == at(23, 13)


def test_a_holiday_is_passed_over():
    policy = with_hours(week=DEFAULT.hours.week, closed_on=frozenset({date(2026, 11, 24)}))
    assert next_opening(policy, at(23, 19)) == at(25, 9)


def test_a_working_sunday_counts():
    sunday = {date(2026, 11, 22): (Span(opens=time(10), closes=time(16)),)}
    policy = with_hours(week=DEFAULT.hours.week, also_open=sunday)
    assert is_open(policy, at(22, 12))


def test_a_desk_that_never_opens_says_so():
    assert next_opening(with_hours(week={}), at(23, 10)) is None


@pytest.mark.parametrize(
    ("start", "due"),
    [
        (at(23, 10), at(23, 11)),
        (at(23, 17, 30), at(24, 9, 30)),
        (at(23, 3), at(23, 10)),
        (at(22, 14), at(23, 10)),
    ],
)
def test_working_time_passes_only_while_people_are_there(start, due):
    assert working_time_after(DEFAULT, start, timedelta(hours=1)) == due


def test_without_opening_hours_a_length_is_calendar_time():
    never = with_hours(week={})
    assert working_time_after(never, at(23, 10), timedelta(hours=1)) == at(23, 11)


def test_a_desk_may_be_open_day_and_night():
    always = with_hours(week={day: ["00:00-24:00"] for day in ("monday", "tuesday", "wednesday")})
    assert is_open(always, at(23, 23, 59))
    assert is_open(always, at(24, 0))
    assert working_time_after(always, at(23, 23, 30), timedelta(hours=1)) == at(24, 0, 30)
