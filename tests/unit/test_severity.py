"""How bad a case is, and who is a special user (playbook B1, B5, B7)."""

from dataclasses import replace
from itertools import chain, combinations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.policy import Grading, load_policy
from ledger.risk import likelihood, risk
from ledger.severity import Known, Point, _reasons, grade, graver, points
from ledger.special import SPECIAL_SIGNALS, is_special
from ledger.vocabulary import Aspect, Category, Language, Likelihood, Risk, Severity, Signal

GRADING = load_policy(Path(__file__).parents[2] / "policy.yml").grading
DANGER = frozenset({Signal.INJURY_SAFETY, Signal.SELF_HARM, Signal.VIOLENCE_THREAT, Signal.GROUP_EVENT})
NEEDS_CARE = frozenset({Signal.VULNERABLE, Signal.REPEAT_UNRESOLVED})
WEIGHTY = frozenset({Category.SAFETY_ACCIDENT, Category.PRIVACY_LEAK})


def of(*signals: Signal, category: Category | None = None, emotion: int = 0, **more: int) -> Known:
    return replace(Known.of_message(signals, category, emotion), **more)


def expected(signals: frozenset[Signal], category: Category | None, emotion: int) -> Severity:
    """How a single message is judged, in the words of the rule."""
    if signals & DANGER:
        return Severity.SEVERE
    if signals & SPECIAL_SIGNALS or category in WEIGHTY or emotion == 3:
        return Severity.MODERATE
    return Severity.MODERATE if emotion == 2 and signals & NEEDS_CARE else Severity.MILD


@pytest.mark.parametrize("signal", sorted(SPECIAL_SIGNALS))
def test_one_special_signal_makes_a_special_user(signal: str) -> None:
    assert is_special([Signal.VULNERABLE, signal])


def test_wanting_money_or_a_person_makes_nobody_special() -> None:
    assert not is_special([Signal.COMPENSATION_DEMAND, Signal.WANTS_HUMAN, Signal.REPEAT_UNRESOLVED])


@pytest.mark.parametrize("emotion", range(4))
def test_the_shipped_weights_judge_every_single_message_by_the_rule(emotion: int) -> None:
    weighed = [signal for signal in Signal if signal is not Signal.WANTS_HUMAN]
    every = chain.from_iterable(combinations(weighed, count) for count in range(len(weighed) + 1))
    wrong = [
        (signals, category)
        for signals in every
        for category in (None, Category.PRODUCT_QUALITY, Category.STAFF_ATTITUDE, Category.PRIVACY_LEAK)
        if grade(of(*signals, category=category, emotion=emotion), GRADING)
        is not expected(frozenset(signals), category, emotion)
    ]
    assert wrong == []


@given(st.frozensets(st.sampled_from(Signal)), st.sampled_from([None, *Category]), st.integers(0, 3))
def test_any_category_is_judged_by_the_rule_too(
    signals: frozenset[Signal], category: Category | None, emotion: int
) -> None:
    assert grade(of(*signals, category=category, emotion=emotion), GRADING) is expected(
        signals, category, emotion
    )


@given(st.frozensets(st.sampled_from(sorted(set(Signal) - DANGER))), st.integers(0, 3))
def test_without_danger_or_a_crowd_no_sum_of_words_is_severe(
    signals: frozenset[Signal], emotion: int
) -> None:
    everything = replace(of(*signals, emotion=emotion), categories=frozenset(set(Category) - WEIGHTY))
    assert grade(everything, GRADING) is not Severity.SEVERE


@given(st.frozensets(st.sampled_from(Signal)), st.sampled_from(Signal), st.integers(0, 500))
def test_what_is_added_never_makes_a_case_less_grave(
    signals: frozenset[Signal], more: Signal, people: int
) -> None:
    before = of(*signals, people=people)
    after = of(*signals, more, people=people + 50, reopened=1)
    assert not graver(grade(before, GRADING), grade(after, GRADING))


def test_how_many_are_affected_and_how_often_it_came_back_count() -> None:
    assert grade(of(people=99), GRADING) is Severity.MILD
    assert grade(of(people=100), GRADING) is Severity.MODERATE
    assert grade(of(reopened=2), GRADING) is Severity.MILD
    assert grade(of(reopened=3), GRADING) is Severity.MODERATE
    grown = of(Signal.MEDIA_THREAT, Signal.REPEAT_UNRESOLVED, emotion=3, people=300, reopened=2)
    assert grade(grown, GRADING) is Severity.SEVERE


def test_the_same_thing_said_in_many_ways_counts_little_more() -> None:
    once = points(of(Signal.MEDIA_THREAT), GRADING)
    thrice = points(of(Signal.MEDIA_THREAT, Signal.LEGAL_THREAT, Signal.REGULATOR_THREAT), GRADING)
    assert [one.points for one in once] == [20]
    assert [one.points for one in thrice] == [20, GRADING.also, GRADING.also]


def test_the_weightiest_reason_stands_first_and_what_counts_nothing_is_left_out() -> None:
    found = points(of(Signal.WANTS_HUMAN, Signal.INJURY_SAFETY, category=Category.PRODUCT_QUALITY), GRADING)
    assert [one.what for one in found] == ["injury_safety", "product_quality"]


def test_whatever_may_count_has_its_reason_in_every_language() -> None:
    words = {str(word) for weights in GRADING.weights.values() for word in weights}
    counted = {f"emotion_{level}" for level in range(4)} | {"people", "reopened"}
    assert set(_reasons()) == words | counted
    assert [key for key, told in _reasons().items() if set(told) != set(Language)] == []
    assert Point(Aspect.PEOPLE, "people", 20, 230).reason[Language.EN] == "230 people are said to be affected"
    assert Point(Aspect.STRIKING, "emotion", 13, 2).reason[Language.EN] == "Angry"


@pytest.mark.parametrize(
    ("known", "level"),
    [
        (of(), Risk.VERY_LOW),
        (of(Signal.MEDIA_THREAT), Risk.MEDIUM),
        (of(Signal.INJURY_SAFETY), Risk.MEDIUM),
        (of(Signal.INJURY_SAFETY, Signal.MEDIA_THREAT), Risk.HIGH),
        (of(Signal.GROUP_EVENT), Risk.VERY_HIGH),
    ],
)
def test_risk_is_how_grave_it_is_by_how_likely_it_spreads(known: Known, level: Risk) -> None:
    found = points(known, GRADING)
    assert risk(grade(known, GRADING), likelihood(found, GRADING), GRADING) is level


def test_the_matrix_uses_all_five_levels_and_never_falls_with_gravity_or_likelihood() -> None:
    order = list(Risk)
    rows = [[order.index(risk(grave, far, GRADING)) for far in Likelihood] for grave in Severity]
    assert {level for row in rows for level in row} == set(range(5))
    assert all(row == sorted(row) for row in [*rows, *map(list, zip(*rows, strict=True))])


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"severe": 20}, "severe must be greater"),
        ({"weights": {"harm": {"injury_safety": 1}, "spread": {"injury_safety": 2}}}, "more than once"),
        ({"weights": {"people": {"injury_safety": 1}}}, "nothing that is heard is about people"),
        ({"weights": {"harm": {"no_such_word": 1}}}, "no_such_word"),
    ],
)
def test_weights_that_make_no_sense_are_refused(changes: dict[str, object], fault: str) -> None:
    written = GRADING.model_dump(mode="json") | changes
    with pytest.raises(ValueError, match=fault):
        Grading.model_validate(written)
