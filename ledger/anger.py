"""When anger does not fall, a person must come (playbook A2, A9)."""

from collections.abc import Sequence
from itertools import pairwise

from ledger.policy import Anger


def persists(levels: Sequence[int], rule: Anger) -> bool:
    """Whether the last ``rule.turns`` emotion levels (oldest first) are all high and none falls."""
    recent = levels[-rule.turns :]
    return (
        len(recent) == rule.turns
        and min(recent) >= rule.level
        and all(before <= after for before, after in pairwise(recent))
    )
