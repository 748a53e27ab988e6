"""When anger does not fall, a person must come (playbook A2, A9)."""

from collections.abc import Sequence

from ledger.policy import Anger


def persists(levels: Sequence[int], rule: Anger) -> bool:
    """Whether the last ``rule.turns`` levels, oldest first, are all high and end no lower than they began."""
    recent = levels[-rule.turns :]
    return len(recent) == rule.turns and min(recent) >= rule.level and recent[-1] >= recent[0]
