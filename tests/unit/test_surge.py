"""More than chance: the forecast behind the warnings of a building wave (playbook B5)."""

import random
from collections.abc import Sequence
from datetime import timedelta
from math import exp
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.policy import Waves, load_policy
from ledger.surge import LONGEST, Forecast, forecast, level, once_in
from ledger.vocabulary import WarningLevel

WAVES = load_policy(Path(__file__).parents[2] / "policy.yml").waves
QUIET = [0] * 8
BUSY = [100, 110, 95, 88, 120, 105, 99, 93]
COUNTS = st.lists(st.integers(0, 200), max_size=12)


def poisson(chance: random.Random, mean: float) -> int:
    left, count = exp(-mean), 0
    while (left := left / max(chance.random(), 1e-12)) < 1:
        count += 1
    return count


def rate_of_false_alarms(mean: float, spread: float, weeks: int, at: float) -> float:
    """How often a count that is like those before it is called so improbable."""
    chance, trials, size = random.Random(7), 4000, mean / (spread - 1) if spread > 1 else 0.0

    def draw() -> int:
        return poisson(chance, chance.gammavariate(size, mean / size) if size else mean)

    alarms = sum(forecast([draw() for _ in range(weeks)]).chance(draw()) <= at for _ in range(trials))
    return alarms / trials


def level_of(count: int, earlier: Sequence[int]) -> WarningLevel | None:
    rare = once_in(forecast(earlier).chance(count), window=timedelta(hours=6), tests=90)
    return level(count, rare, WAVES.levels)


@pytest.mark.parametrize(
    ("mean", "spread", "weeks"), [(1, 1, 8), (10, 1, 8), (10, 2, 8), (50, 2, 8), (10, 1, 2), (10, 2, 1)]
)
def test_what_is_like_before_is_called_improbable_about_as_often_as_it_says(
    mean: float, spread: float, weeks: int
) -> None:
    assert rate_of_false_alarms(mean, spread, weeks, at=0.01) <= 0.015


def test_the_chances_of_all_counts_are_one_whole() -> None:
    count = Forecast(mean=3.0, size=2.0)
    tails = [count.chance(more) for more in range(4, 200)]
    assert tails == sorted(tails, reverse=True)
    assert tails[0] == pytest.approx(1 - sum(_probability(3.0, 2.0, k) for k in range(4)))


def _probability(mean: float, size: float, count: int) -> float:
    """Of a negative binomial count, multiplied out."""
    share, found = mean / (mean + size), (size / (mean + size)) ** size
    for step in range(count):
        found *= (size + step) / (step + 1) * share
    return found


@given(COUNTS, st.integers(0, 400))
def test_more_complaints_are_never_likelier_and_never_a_lower_level(earlier: list[int], count: int) -> None:
    usual = forecast(earlier)
    assert 0 <= usual.chance(count + 1) <= usual.chance(count) <= 1
    order = [None, *WarningLevel]
    assert order.index(level_of(count + 1, earlier)) >= order.index(level_of(count, earlier))


def test_the_same_number_is_a_wave_here_and_nothing_there() -> None:
    assert level_of(30, QUIET) is WarningLevel.RED
    assert level_of(110, BUSY) is None


def test_few_are_no_warning_however_rare() -> None:
    assert level_of(4, QUIET) is None
    assert level_of(7, QUIET) is WarningLevel.BLUE


def test_an_earlier_wave_does_not_hide_the_next() -> None:
    calm = [10, 12, 9, 14, 8, 11, 10, 9]
    stormy = [10, 12, 60, 14, 8, 11, 10, 9]
    assert level_of(50, calm) is WarningLevel.RED
    assert level_of(50, stormy) is WarningLevel.RED
    assert forecast(stormy).mean == pytest.approx(forecast(calm).mean, rel=0.1)


def test_the_less_is_known_the_more_it_takes() -> None:
    def needed(earlier: Sequence[int]) -> int:
        return next(count for count in range(1000) if level_of(count, earlier))

    assert needed([3] * 8) < needed([3] * 3) < needed([3])
    assert 20 <= needed([]) <= 60


def test_what_is_counted_in_many_ways_is_rarer_by_as_many() -> None:
    hour = timedelta(hours=1)
    assert once_in(0.001, window=hour, tests=1) == hour * 1000
    assert once_in(0.001, window=hour, tests=10) == hour * 100
    assert once_in(0.0, window=hour, tests=10) == LONGEST
    assert once_in(1.0, window=hour, tests=100_000) < timedelta(seconds=1)


@pytest.mark.parametrize(
    "levels",
    [
        {"blue": {"once_in": "30d", "least": 5}},
        {name: {"once_in": "30d", "least": 9 - place} for place, name in enumerate(WarningLevel)},
    ],
)
def test_levels_that_make_no_sense_are_refused(levels: object) -> None:
    with pytest.raises(ValueError, match="levels"):
        Waves.model_validate(WAVES.model_dump(mode="json") | {"levels": levels})
