"""How bad a case is, and who is a special user (playbook B1, B5)."""

import pytest

from ledger.severity import grade
from ledger.special import SPECIAL_SIGNALS, is_special
from ledger.vocabulary import Category, Severity, Signal


@pytest.mark.parametrize("signal", sorted(SPECIAL_SIGNALS))
def test_one_special_signal_makes_a_special_user(signal: str) -> None:
    assert is_special([Signal.VULNERABLE, signal])


def test_wanting_money_or_a_person_makes_nobody_special() -> None:
    assert not is_special([Signal.COMPENSATION_DEMAND, Signal.WANTS_HUMAN, Signal.REPEAT_UNRESOLVED])


@pytest.mark.parametrize(
    "signal", [Signal.INJURY_SAFETY, Signal.SELF_HARM, Signal.VIOLENCE_THREAT, Signal.GROUP_EVENT]
)
def test_danger_to_people_and_crowds_are_severe_even_when_told_calmly(signal: Signal) -> None:
    assert grade([signal], Category.SERVICE_QUALITY, 0) is Severity.SEVERE


@pytest.mark.parametrize(
    ("signals", "category", "emotion"),
    [
        ([Signal.MEDIA_THREAT], Category.PRODUCT_QUALITY, 0),
        ([], Category.PRIVACY_LEAK, 1),
        ([], Category.SAFETY_ACCIDENT, 1),
        ([], Category.FEE_DISPUTE, 3),
        ([Signal.REPEAT_UNRESOLVED], Category.PRODUCT_QUALITY, 2),
        ([Signal.VULNERABLE], Category.STAFF_ATTITUDE, 2),
    ],
)
def test_what_may_leave_the_house_is_moderate(
    signals: list[Signal], category: Category, emotion: int
) -> None:
    assert grade(signals, category, emotion) is Severity.MODERATE


def test_a_single_displeased_customer_is_mild() -> None:
    assert grade([Signal.COMPENSATION_DEMAND], Category.FEE_DISPUTE, 1) is Severity.MILD
    assert grade([], None, 2) is Severity.MILD
