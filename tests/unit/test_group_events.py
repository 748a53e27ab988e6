"""A group event is major or especially major exactly as playbook B9 has it."""

from typing import Any

import pytest

from ledger.group_events import Crowd, Level, judge
from ledger.policy import Policy

MAJOR = [
    {"stormed": True},
    {"road_blocked": True},
    {"people": 100},
    {"vehicles": 10},
    {"violence": True, "injured": 1},
    {"violence": True, "loss": True},
]
ESPECIALLY_MAJOR = [
    {"people": 200, "violence": True},
    {"injured": 10},
    {"dead": 3},
    {"great_loss": True},
    {"people": 300, "unlawful": True},
]
NEITHER = [
    {},
    {"people": 99, "vehicles": 9, "injured": 9, "dead": 2},
    {"violence": True},
    {"loss": True},
    {"unlawful": True, "people": 99},
]


def level(policy: Policy, crowd: dict[str, Any]) -> Level:
    return judge(Crowd(**crowd), policy.group_events).level


@pytest.mark.parametrize("crowd", MAJOR)
def test_each_of_these_alone_is_major(policy: Policy, crowd: dict[str, Any]) -> None:
    assert level(policy, crowd) is Level.MAJOR


@pytest.mark.parametrize("crowd", ESPECIALLY_MAJOR)
def test_each_of_these_alone_is_especially_major(policy: Policy, crowd: dict[str, Any]) -> None:
    assert level(policy, crowd) is Level.ESPECIALLY_MAJOR


@pytest.mark.parametrize("crowd", NEITHER)
def test_less_is_neither(policy: Policy, crowd: dict[str, Any]) -> None:
    assert level(policy, crowd) is Level.NEITHER


@pytest.mark.parametrize(
    "crowd",
    [{"people": 199, "violence": True}, {"people": 299, "unlawful": True}, {"people": 5000}],
)
def test_a_crowd_without_violence_or_below_the_number_is_no_more_than_major(
    policy: Policy, crowd: dict[str, Any]
) -> None:
    assert level(policy, crowd) is Level.MAJOR


def test_every_reason_is_told_with_its_number_and_what_makes_it_so(policy: Policy) -> None:
    found = judge(Crowd(people=250, violence=True, dead=3), policy.group_events)
    assert [(reason.code, reason.count, reason.limit) for reason in found.reasons] == [
        ("people_with_violence", 250, 200),
        ("dead", 3, 3),
    ]
