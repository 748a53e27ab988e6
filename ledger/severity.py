"""How bad a case is (playbook B5), from what was heard in it.

Severe is what may cost a life or fill the papers: someone hurt, in despair or threatening violence, or a
crowd. Moderate is what may leave the house: threats of exposure, authorities or courts, what the public cares
about by itself (B7: personal safety, information security, people who need care), and fury. The rest is mild.
"""

from collections.abc import Iterable

from ledger.special import is_special
from ledger.vocabulary import Category, Severity, Signal

_SEVERE = frozenset({Signal.INJURY_SAFETY, Signal.SELF_HARM, Signal.VIOLENCE_THREAT, Signal.GROUP_EVENT})
_WEIGHTY = frozenset({Category.SAFETY_ACCIDENT, Category.PRIVACY_LEAK})
_FURIOUS = 3
_ANGRY = 2
_NEEDS_CARE = frozenset({Signal.VULNERABLE, Signal.REPEAT_UNRESOLVED})


def grade(signals: Iterable[str], category: Category | None, emotion: int) -> Severity:
    """The severity of a case that bears these signals, this category and this emotion (0 to 3)."""
    heard = frozenset(signals)
    if heard & _SEVERE:
        return Severity.SEVERE
    if is_special(heard) or category in _WEIGHTY or emotion >= _FURIOUS:
        return Severity.MODERATE
    if emotion >= _ANGRY and heard & _NEEDS_CARE:
        return Severity.MODERATE
    return Severity.MILD
