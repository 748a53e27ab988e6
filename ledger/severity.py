"""How bad a case is (轻度/中度/重度, playbook B5, weighted by what the public cares about, B7)."""

from collections.abc import Collection
from typing import Final

from ledger.vocabulary import Category, Severity, Signal

SEVERE: Final = frozenset(
    {Signal.SELF_HARM, Signal.INJURY_SAFETY, Signal.VIOLENCE_THREAT, Signal.GROUP_EVENT, Signal.EXTORTION}
)
MODERATE: Final = frozenset(
    {
        Signal.MEDIA_THREAT,
        Signal.REGULATOR_THREAT,
        Signal.LEGAL_THREAT,
        Signal.SPECIAL_IDENTITY,
        Signal.REPEAT_UNRESOLVED,
    }
)
MODERATE_CATEGORIES: Final = frozenset({Category.PRIVACY_LEAK})
ORDER: Final = (Severity.MILD, Severity.MODERATE, Severity.SEVERE)


def grade(category: Category | None, signals: Collection[Signal], emotion: int = 0) -> Severity:
    """How bad one message sounds; ``emotion`` is 0 to 3."""
    if category is Category.SAFETY_ACCIDENT or SEVERE.intersection(signals):
        return Severity.SEVERE
    if category in MODERATE_CATEGORIES or MODERATE.intersection(signals) or emotion >= 3:
        return Severity.MODERATE
    return Severity.MILD


def worse(one: Severity, other: Severity) -> Severity:
    """The graver of two."""
    return max(one, other, key=ORDER.index)
