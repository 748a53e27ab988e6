"""Special users (playbook B1): who headquarters is told of within half an hour."""

from collections.abc import Iterable
from typing import Final

from ledger.vocabulary import Signal

OFFICIAL: Final = "official"
"""The reason of somebody who says they come from an authority (playbook B3)."""

SPECIAL_SIGNALS: frozenset[str] = frozenset(
    {
        Signal.MEDIA_THREAT,
        Signal.REGULATOR_THREAT,
        Signal.LEGAL_THREAT,
        Signal.GROUP_EVENT,
        Signal.EXTORTION,
        Signal.SPECIAL_IDENTITY,
        Signal.SELF_HARM,
        Signal.VIOLENCE_THREAT,
    }
)


def is_special(signals: Iterable[str]) -> bool:
    """Whether any of the signals makes its sender a special user."""
    return not SPECIAL_SIGNALS.isdisjoint(signals)
