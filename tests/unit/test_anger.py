"""When anger does not fall, a person must come (playbook A2)."""

import pytest

from ledger.anger import persists
from ledger.policy import Anger

RULE = Anger(level=2, turns=3)


@pytest.mark.parametrize("levels", [[2, 2, 2], [2, 2, 3], [3, 3, 3], [0, 2, 3, 3], [2, 3, 2], [3, 2, 3]])
def test_three_angry_turns_that_do_not_fall_call_a_person(levels: list[int]) -> None:
    assert persists(levels, RULE)


@pytest.mark.parametrize("levels", [[], [3, 3], [3, 2, 2], [2, 1, 2], [3, 3, 2], [1, 1, 1]])
def test_fewer_or_milder_or_falling_do_not(levels: list[int]) -> None:
    assert not persists(levels, RULE)
