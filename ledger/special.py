"""Who is a special user (特殊用户, playbook B1): who may carry it further, is in danger, or is somebody."""

from collections.abc import Iterable
from typing import Final

from ledger.vocabulary import Signal

SPECIAL_SIGNALS: Final = (
    Signal.SELF_HARM,
    Signal.INJURY_SAFETY,
    Signal.VIOLENCE_THREAT,
    Signal.GROUP_EVENT,
    Signal.EXTORTION,
    Signal.MEDIA_THREAT,
    Signal.REGULATOR_THREAT,
    Signal.LEGAL_THREAT,
    Signal.SPECIAL_IDENTITY,
)
"""The signals that make a user special, gravest first."""


def is_special(signals: Iterable[Signal]) -> bool:
    """Whether headquarters must be told within half an hour."""
    return bool(special_signals(signals))


def special_signals(signals: Iterable[Signal]) -> list[Signal]:
    """Those of ``signals`` that make a user special, gravest first."""
    heard = set(signals)
    return [signal for signal in SPECIAL_SIGNALS if signal in heard]
