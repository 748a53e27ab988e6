"""Deadlines in words: what is left of a clock that stands still, and which of many a list names."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.console.components.clocks import soonest_of, span
from bot.console.texts import texts
from ledger.views.clocks import ClockLine
from ledger.vocabulary import ClockKind, Language

NINE = datetime(2026, 11, 30, 9, tzinfo=UTC)


def due(kind: ClockKind, minutes: int) -> ClockLine:
    return ClockLine(
        id=minutes,
        kind=kind,
        complaint="QT-2026-000001",
        special=True,
        started_at=NINE,
        due_at=NINE + timedelta(minutes=minutes),
        left=None,
        stopped_at=None,
        stopped_by=None,
        stop_reason=None,
        breached_at=None,
        task=None,
        note=None,
        form=None,
    )


@pytest.mark.parametrize(
    ("seconds", "written"),
    [(0, "00:00"), (65, "01:05"), (3600, "1:00:00"), (86399, "23:59:59"), (93784, "1 天 2 小时")],
)
def test_a_length_is_written_as_the_countdown_writes_it(seconds: int, written: str) -> None:
    assert span(texts(Language.ZH_HANS), seconds) == written


def test_a_kind_of_deadline_is_named_once_by_the_soonest_of_it_and_the_soonest_kind_first() -> None:
    running = [
        due(ClockKind.GREEN_CHANNEL, 90),
        due(ClockKind.GREEN_CHANNEL, 60),
        due(ClockKind.HEADQUARTERS, 30),
        due(ClockKind.FIRST_RESPONSE, 70),
    ]
    named = [(clock.kind, clock.id) for clock in soonest_of(running)]
    assert named == [
        (ClockKind.HEADQUARTERS, 30),
        (ClockKind.GREEN_CHANNEL, 60),
        (ClockKind.FIRST_RESPONSE, 70),
    ]
