"""When anger does not fall, a person is offered, and then one must come (playbook A2)."""

import pytest
from pydantic import ValidationError

from ledger.anger import calls_person, offers_person
from ledger.policy import Anger

RULE = Anger(level=2, offer_after=3, call_after=4)


@pytest.mark.parametrize("levels", [[2, 2, 2], [2, 2, 3], [3, 3, 3], [0, 2, 3, 3], [2, 3, 2], [3, 2, 3]])
def test_after_three_angry_messages_that_do_not_fall_a_person_is_offered(levels: list[int]) -> None:
    assert offers_person(levels, RULE)
    assert not calls_person(levels, RULE)


@pytest.mark.parametrize("levels", [[], [3, 3], [3, 2, 2], [2, 1, 2], [3, 3, 2], [1, 1, 1]])
def test_fewer_or_milder_or_falling_do_not(levels: list[int]) -> None:
    assert not offers_person(levels, RULE)


@pytest.mark.parametrize("levels", [[2, 2, 2, 2], [0, 3, 3, 3, 3]])
def test_one_more_calls_a_person(levels: list[int]) -> None:
    assert calls_person(levels, RULE)


def test_nobody_is_called_before_one_was_offered() -> None:
    with pytest.raises(ValidationError):
        Anger(level=2, offer_after=3, call_after=3)
