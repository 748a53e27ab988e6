"""When people are at the desk, in the organisation's own time."""

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ledger import public_holidays
from ledger.calendars import WEEKDAYS, Calendar, Span
from ledger.hours import is_open, next_opening, working_time_after, working_time_between
from ledger.policy import load_policy

SHANGHAI = ZoneInfo("Asia/Shanghai")
NEW_YORK = ZoneInfo("America/New_York")
POLICY = load_policy(Path(__file__).parents[2] / "policy.yml")
DEFAULT = POLICY.calendar()
HOUR = timedelta(hours=1)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A time in November 2026 in Shanghai, told in UTC; the 23rd is a Monday."""
    return datetime(2026, 11, day, hour, minute, tzinfo=SHANGHAI).astimezone(UTC)


def with_hours(zone: ZoneInfo = SHANGHAI, **hours) -> Calendar:
    """A calendar of its own."""
    return Calendar(time_zone=zone, **hours)


def every_day(*spans: str, zone: ZoneInfo = SHANGHAI, **more) -> Calendar:
    """The same hours all week."""
    return with_hours(zone, week={day: spans for day in WEEKDAYS}, **more)


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
    calendar = with_hours(week={"monday": ("09:00-12:00", "13:00-18:00")})
    assert not is_open(calendar, at(23, 12, 30))
    assert next_opening(calendar, at(23, 12, 30)) == at(23, 13)


def test_working_time_stands_still_over_lunch():
    calendar = every_day("09:00-12:00", "13:30-18:00")
    assert working_time_after(calendar, at(23, 11, 30), HOUR) == at(23, 14)
    assert working_time_between(calendar, at(23, 11, 30), at(23, 14)) == HOUR


def test_a_day_closed_by_hand_is_passed_over():
    calendar = with_hours(week=DEFAULT.week, closed_on=frozenset({date(2026, 11, 24)}))
    assert next_opening(calendar, at(23, 19)) == at(25, 9)


def test_a_working_sunday_counts():
    sunday = {date(2026, 11, 22): (Span(opens=time(10), closes=time(16)),)}
    calendar = with_hours(week=DEFAULT.week, also_open=sunday)
    assert is_open(calendar, at(22, 12))


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
    assert working_time_after(DEFAULT, start, HOUR) == due


def test_without_opening_hours_a_length_is_calendar_time():
    never = with_hours(week={})
    assert working_time_after(never, at(23, 10), HOUR) == at(23, 11)


def test_a_length_of_months_is_still_counted_in_opening_hours():
    short = with_hours(week={"monday": ("09:00-10:00",)})
    assert working_time_after(short, at(23, 8), 30 * HOUR) == at(23, 10) + timedelta(weeks=29)


def test_a_desk_may_be_open_day_and_night():
    always = with_hours(week={day: ["00:00-24:00"] for day in ("monday", "tuesday", "wednesday")})
    assert is_open(always, at(23, 23, 59))
    assert is_open(always, at(24, 0))
    assert working_time_after(always, at(23, 23, 30), HOUR) == at(24, 0, 30)


class TestNights:
    """Hours that begin in the evening end in the next morning."""

    night = with_hours(week={"monday": ("22:00-06:00",)}, closed_on=frozenset({date(2026, 11, 24)}))

    def test_they_run_over_midnight_into_a_day_that_is_closed(self):
        assert is_open(self.night, at(24, 5, 59))
        assert not is_open(self.night, at(24, 6))

    def test_they_count_as_one(self):
        assert working_time_after(self.night, at(23, 23), 7 * HOUR) == at(24, 6)
        assert working_time_between(self.night, at(23, 12), at(25, 12)) == 8 * HOUR

    def test_they_do_not_count_twice_where_the_next_day_begins_early(self):
        busy = every_day("05:00-09:00", "22:00-06:00")
        assert working_time_between(busy, at(24, 0), at(25, 0)) == 11 * HOUR


class TestChangedClocks:
    """An hour is an hour where the clocks are put forward and back."""

    always = every_day("00:00-24:00", zone=NEW_YORK)

    @pytest.mark.parametrize(("day", "hours"), [(date(2026, 3, 8), 23), (date(2026, 11, 1), 25)])
    def test_the_day_has_as_many_hours_as_it_has(self, day, hours):
        start = datetime.combine(day, time.min, NEW_YORK)
        end = datetime.combine(day + timedelta(days=1), time.min, NEW_YORK)
        assert working_time_between(self.always, start, end) == hours * HOUR

    def test_hours_that_do_not_exist_are_not_counted(self):
        gone = every_day("02:00-03:00", zone=NEW_YORK)
        start, end = datetime(2026, 3, 8, tzinfo=NEW_YORK), datetime(2026, 3, 9, tzinfo=NEW_YORK)
        assert working_time_between(gone, start, end) == timedelta()

    def test_opening_is_by_the_clock_on_the_wall(self):
        calendar = every_day("09:00-17:00", zone=NEW_YORK)
        assert next_opening(calendar, datetime(2026, 3, 8, tzinfo=NEW_YORK)) == datetime(
            2026, 3, 8, 13, tzinfo=UTC
        )
        assert next_opening(calendar, datetime(2026, 3, 7, tzinfo=NEW_YORK)) == datetime(
            2026, 3, 7, 14, tzinfo=UTC
        )


class TestHolidays:
    """Public holidays are closed, and make-up days have the hours of a working day."""

    office = with_hours(
        week={**{day: ("09:00-18:00",) for day in WEEKDAYS[:5]}, "saturday": ("10:00-12:00",)}, holidays="CN"
    )

    @pytest.mark.parametrize("year", [2025, 2026])
    def test_the_make_up_days_the_state_council_decreed_are_known(self, year):
        decreed = {
            2025: {(1, 26), (2, 8), (4, 27), (9, 28), (10, 11)},
            2026: {(1, 4), (2, 14), (2, 28), (5, 9), (9, 20), (10, 10)},
        }
        days = [date(year, 1, 1) + timedelta(days=passed) for passed in range(365)]
        assert {(day.month, day.day) for day in days if public_holidays.makes_up("CN", day)} == decreed[year]

    @pytest.mark.parametrize("year", [2025, 2026])
    def test_the_spring_festival_is_closed_from_its_first_day_to_its_last(self, year):
        first, last = {
            2025: (date(2025, 1, 28), date(2025, 2, 4)),
            2026: (date(2026, 2, 15), date(2026, 2, 23)),
        }[year]
        length = (last - first).days + 1
        assert not any(self.office.spans(first + timedelta(days=passed)) for passed in range(length))
        assert self.office.spans(first - timedelta(days=1))
        assert self.office.spans(last + timedelta(days=1))

    def test_a_make_up_day_has_the_hours_of_a_working_day(self):
        assert [str(span.opens) for span in self.office.spans(date(2026, 2, 14))] == ["09:00:00"]

    def test_the_saturday_in_the_middle_of_a_break_is_closed(self):
        assert self.office.spans(date(2026, 2, 21)) == ()
        assert self.office.spans(date(2026, 3, 7))

    def test_what_the_organisation_says_of_a_day_goes_first(self):
        own = self.office.model_copy(
            update={
                "closed_on": frozenset({date(2026, 2, 14)}),
                "also_open": {date(2026, 2, 17): (Span(opens=time(10), closes=time(12)),)},
            }
        )
        assert own.spans(date(2026, 2, 14)) == ()
        assert own.spans(date(2026, 2, 17))

    def test_part_of_a_country_may_have_holidays_of_its_own(self):
        lincoln = date(2026, 2, 12)
        new_york = with_hours(NEW_YORK, week=self.office.week, holidays="US-NY")
        assert new_york.spans(lincoln) == ()
        assert new_york.model_copy(update={"holidays": "US"}).spans(lincoln)

    def test_a_weekend_beside_a_holiday_stays_open_where_nothing_is_decreed(self):
        shop = with_hours(NEW_YORK, week=self.office.week, holidays="US")
        assert shop.spans(date(2026, 1, 19)) == ()
        assert shop.spans(date(2026, 1, 17))

    def test_a_year_nobody_has_decreed_yet_is_not_known(self):
        assert self.office.knows(2026)
        assert not self.office.knows(2099)
        assert with_hours(week={}).knows(2099)
        assert with_hours(week={}, holidays="US").knows(2099)


@pytest.mark.parametrize("written", ["09:00-18:00", "00:00-24:00", "22:00-06:00"])
def test_a_span_is_written_as_it_is_read(written):
    assert Span.model_validate(written).model_dump(mode="json") == written


def test_a_calendar_comes_back_from_json_as_it_was():
    calendar = TestHolidays.office
    assert Calendar.model_validate_json(calendar.model_dump_json()) == calendar


MOMENTS = st.datetimes(datetime(2024, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))
LENGTHS = st.integers(0, 60 * 3600).map(lambda seconds: timedelta(seconds=seconds))
# Half an hour at least: what takes more than ten years has a rule of its own.
TIMES = st.integers(0, 47).map(lambda half: time(half // 2, 30 * (half % 2)))
SPANS = st.tuples(TIMES, TIMES).filter(lambda both: both[0] != both[1])
HOURS = SPANS.map(lambda both: Span(opens=both[0], closes=both[1]))
CALENDARS = st.builds(
    Calendar,
    week=st.dictionaries(
        st.sampled_from(WEEKDAYS), st.lists(HOURS, min_size=1, max_size=3).map(tuple), min_size=1
    ),
    holidays=st.sampled_from([None, "CN", "US-NY", "TW"]),
    closed_on=st.frozensets(st.dates(date(2024, 2, 28), date(2024, 3, 2))),
    time_zone=st.sampled_from([SHANGHAI, NEW_YORK, ZoneInfo("Australia/Lord_Howe"), ZoneInfo("UTC")]),
)


@given(CALENDARS, MOMENTS, LENGTHS)
def test_so_much_working_time_has_passed_after_so_much_working_time(calendar, start, length):
    assume(next_opening(calendar, start))
    assert working_time_between(calendar, start, working_time_after(calendar, start, length)) == length


@given(CALENDARS, MOMENTS, LENGTHS, LENGTHS)
def test_a_longer_length_never_ends_earlier(calendar, start, length, more):
    assert working_time_after(calendar, start, length) <= working_time_after(calendar, start, length + more)


@given(CALENDARS, MOMENTS, MOMENTS, LENGTHS)
def test_who_starts_later_is_never_due_earlier(calendar, one, other, length):
    first, second = sorted((one, other))
    assume(next_opening(calendar, second))
    assert working_time_after(calendar, first, length) <= working_time_after(calendar, second, length)


def test_what_would_take_more_than_ten_years_is_calendar_time_from_there():
    moment = Span(opens=time(9), closes=time(9, 0, 1))
    rare = Calendar(week={"monday": (moment,)}, time_zone=SHANGHAI)
    start = datetime(2026, 1, 1, tzinfo=UTC)
    assert (
        timedelta(days=3650)
        < working_time_after(rare, start, timedelta(hours=1)) - start
        < timedelta(days=3654)
    )


@given(CALENDARS, st.lists(MOMENTS, min_size=3, max_size=3).map(sorted))
def test_the_parts_of_a_time_add_up_to_the_whole(calendar, moments):
    first, middle, last = moments
    parts = working_time_between(calendar, first, middle) + working_time_between(calendar, middle, last)
    assert parts == working_time_between(calendar, first, last)
    assert timedelta() <= parts <= last - first


@given(CALENDARS, MOMENTS, LENGTHS.filter(bool))
def test_what_ends_ends_while_people_are_there(calendar, start, length):
    assume(next_opening(calendar, start))
    due = working_time_after(calendar, start, length)
    assert is_open(calendar, due - timedelta(microseconds=1))
