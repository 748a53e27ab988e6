"""When a clock is due follows from what was agreed and from the history of waiting, and from nothing else."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.calendars import WEEKDAYS, Calendar
from ledger.deadline import Terms, Waited, until

START = datetime(2026, 11, 23, 2, tzinfo=UTC)
HOUR = timedelta(hours=1)
OFFICE = Calendar.model_validate(
    {
        "week": {day: ["09:00-12:00", "13:30-18:00"] for day in WEEKDAYS[:5]},
        "time_zone": ZoneInfo("Asia/Shanghai"),
    }
)
PAUSING = Terms(START, 4 * HOUR, pauses=True)


def waited(since: float, until: float | None) -> Waited:
    """Waited from so many hours after the start until so many."""
    return Waited(START + since * HOUR, None if until is None else START + until * HOUR)


def test_without_waits_it_is_due_after_its_length():
    assert PAUSING.due([]) == START + 4 * HOUR


def test_while_the_desk_waits_it_is_due_at_no_time():
    assert PAUSING.due([waited(1, None)]) is None
    assert PAUSING.left([waited(1, None)], START + 10 * HOUR) == 3 * HOUR


def test_what_was_waited_is_added():
    assert PAUSING.due([waited(1, 3), waited(4, 9)]) == START + 11 * HOUR


def test_a_wait_that_begins_when_it_is_due_comes_too_late():
    assert PAUSING.due([waited(4, None)]) == START + 4 * HOUR


def test_a_wait_of_before_counts_only_from_the_start():
    assert PAUSING.due([waited(-5, 1)]) == START + 5 * HOUR
    assert PAUSING.due([waited(-5, -1)]) == START + 4 * HOUR


def test_a_clock_that_does_not_pause_does_not_care():
    assert Terms(START, 4 * HOUR).due([waited(1, None)]) == START + 4 * HOUR


def test_waiting_out_of_hours_costs_nothing():
    terms = Terms(START, 8 * HOUR, OFFICE, pauses=True)
    night = waited(9, 23)
    assert terms.due([night]) == terms.due([])


def test_working_time_that_was_waited_is_given_back():
    terms = Terms(START, 2 * HOUR, OFFICE, pauses=True)
    # It is ten in the morning; lunch is from twelve to half past one.
    assert terms.due([]) == START + 2 * HOUR
    assert terms.due([waited(1, 2)]) == START + 4.5 * HOUR
    assert terms.left([waited(1, None)], START + 3 * HOUR) == HOUR


def test_what_was_waited_until_a_moment():
    assert until([waited(1, 3), waited(5, None), waited(9, 10)], START + 7 * HOUR) == [
        waited(1, 3),
        waited(5, 7),
    ]


MINUTES = st.integers(-600, 10_000).map(lambda minutes: START + timedelta(minutes=minutes))


@st.composite
def histories(draw) -> list[Waited]:
    """Waits in order and apart, the last of which may go on."""
    moments = sorted(draw(st.lists(MINUTES, max_size=8, unique=True)))
    waits = [Waited(since, to) for since, to in pairwise(moments)][::2]
    if len(moments) % 2:
        waits.append(Waited(moments[-1], None))
    return waits


TERMS = st.builds(
    Terms,
    started_at=st.just(START),
    length=st.integers(1, 5000).map(lambda minutes: timedelta(minutes=minutes)),
    calendar=st.sampled_from([None, OFFICE]),
    pauses=st.just(True),
)


@given(TERMS, histories())
def test_it_is_due_when_nothing_is_left_and_not_a_moment_before(terms, waits):
    due = terms.due(waits)
    if due is None:
        assert terms.left(waits, waits[-1].since) > timedelta()
    else:
        assert terms.left(waits, due) == timedelta()
        assert terms.left(waits, due - timedelta(microseconds=1)) > timedelta()


@given(TERMS, histories())
def test_waiting_never_makes_it_due_earlier(terms, waits):
    due = terms.due(waits)
    assert due is None or due >= terms.due([])


@given(TERMS, histories(), MINUTES)
def test_what_happens_after_the_due_time_does_not_move_it(terms, waits, moment):
    due = terms.due(until(waits, moment))
    if due is not None and due <= moment:
        assert terms.due(waits) == due


@pytest.mark.parametrize("calendar", [None, OFFICE])
def test_time_does_not_pass_while_it_stands_still(calendar):
    terms = Terms(START, 4 * HOUR, calendar, pauses=True)
    waits = [waited(0.5, None)]
    assert {terms.left(waits, START + hours * HOUR) for hours in (0.5, 1, 8, 99)} == {3.5 * HOUR}
