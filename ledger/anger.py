"""When anger does not fall, a person must come (playbook A2, A9)."""

from collections.abc import Sequence

from ledger.policy import Anger


def offers_person(levels: Sequence[int], rule: Anger) -> bool:
    """Whether anger has lasted, answered, until a person should be offered; ``levels`` oldest first."""
    return _persists(levels, rule.level, rule.offer_after)


def calls_person(levels: Sequence[int], rule: Anger) -> bool:
    """Whether it has gone on until one comes unasked."""
    return _persists(levels, rule.level, rule.call_after)


def _persists(levels: Sequence[int], level: int, turns: int) -> bool:
    """Whether the last ``turns`` levels are all high and end no lower than they began."""
    recent = levels[-turns:]
    return len(recent) == turns and min(recent) >= level and recent[-1] >= recent[0]
