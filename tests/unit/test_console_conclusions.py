"""What the figures say in sentences, and what they leave unsaid."""

from dataclasses import replace
from datetime import UTC, date, datetime

from bot.console.conclusions import conclusions
from bot.console.texts import texts
from ledger.views.figures import ClockFigures, FeelingFigures, Figures
from ledger.vocabulary import Language, Stage

NOTHING = ClockFigures(kept=0, breached=0, running=0, minutes={})
QUIET = Figures(
    since=datetime(2026, 11, 1, tzinfo=UTC),
    until=datetime(2026, 11, 3, tzinfo=UTC),
    cases=0,
    contacts=0,
    special=0,
    reopened=0,
    days=(date(2026, 11, 1), date(2026, 11, 2)),
    per_day={},
    severities={},
    signals=(),
    stages=tuple((stage, 0) for stage in Stage),
    first_response=NOTHING,
    headquarters=NOTHING,
    ratings=(0, 0, 0, 0, 0),
    feelings=FeelingFigures(0, 0, 0, 0.0, 0.0),
)
BUSY = replace(
    QUIET,
    cases=4,
    per_day={"fee_dispute": (1, 2), "other": (0, 1)},
    special=2,
    headquarters=ClockFigures(kept=1, breached=1, running=0, minutes={5: 1, 40: 1}),
    first_response=ClockFigures(kept=3, breached=1, running=0, minutes={10: 1, 20: 1, 30: 1, 90: 1}),
    ratings=(0, 0, 0, 1, 1),
    feelings=FeelingFigures(fell=3, same=1, rose=0, before=2.0, after=0.5),
)


def said(found: Figures) -> list[str]:
    return list(conclusions(texts(Language.EN), found))


def test_a_quiet_period_says_so_and_nothing_else() -> None:
    assert said(QUIET) == ["No complaints in this period."]


def test_what_most_complaints_are_about_comes_first() -> None:
    assert said(BUSY)[0] == "Most are about Fee dispute: 3, 75% of all."


def test_the_busiest_day_counts_every_category() -> None:
    assert "The busiest day was 11-02 with 3." in said(BUSY)


def test_a_breached_headquarters_clock_is_not_passed_over() -> None:
    assert any("1 were late" in sentence for sentence in said(BUSY))
    kept = replace(BUSY, headquarters=ClockFigures(kept=2, breached=0, running=0, minutes={5: 1, 6: 1}))
    assert any("All 2 special users" in sentence for sentence in said(kept))


def test_customers_who_leave_angrier_are_a_reason_to_read() -> None:
    worse = replace(BUSY, feelings=FeelingFigures(fell=0, same=1, rose=3, before=1.0, after=2.0))
    assert any("Read those transcripts" in sentence for sentence in said(worse))
    assert any("75% of the customers were calmer" in sentence for sentence in said(BUSY))


def test_a_figure_nobody_can_judge_yet_is_left_out() -> None:
    unjudged = replace(BUSY, headquarters=NOTHING, first_response=NOTHING, ratings=(0, 0, 0, 0, 0))
    assert len(said(unjudged)) == 3
