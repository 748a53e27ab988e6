"""Which feeling is answered, before anything is asked (playbook A1 acknowledge, A2, A9): each once."""

from collections.abc import Collection, Iterator

from ledger.heard import Heard
from ledger.vocabulary import Kind, Signal

HOT = 2
"""From this emotion level on, the feeling is answered before the facts."""

SURE = 0.5
"""From which confidence on a category is named; a wrong one would show that nobody listened."""

THREATS = (Signal.MEDIA_THREAT, Signal.REGULATOR_THREAT, Signal.LEGAL_THREAT)


def heat(heard: Heard) -> str:
    """``hot`` from level 2 on, else ``calm``: the two tones every acknowledgement has."""
    return "hot" if heard.emotion >= HOT else "calm"


def situation(heard: Heard, acknowledged: Collection[str]) -> str | None:
    """The situation to acknowledge in this message, as its script is named; None when each was answered."""
    return next((found for found in _situations(heard) if found not in acknowledged), None)


def threats(heard: Heard, acknowledged: Collection[str]) -> list[Signal]:
    """Announced steps that were not answered yet, in the order of the vocabulary."""
    return [signal for signal in THREATS if signal in heard.signals and signal not in acknowledged]


def _situations(heard: Heard) -> Iterator[str]:
    if Signal.GROUP_EVENT in heard.signals:
        yield "group"
    if heard.kind is Kind.COMPLAINT or heard.emotion >= HOT:
        yield from _hardships(heard)
    if heard.category and heard.intent.startswith("complain_") and heard.confidence >= SURE:
        yield heard.category.value
    if heard.emotion >= HOT:
        yield "anger"


def _hardships(heard: Heard) -> Iterator[str]:
    if Signal.REPEAT_UNRESOLVED in heard.signals:
        yield "repeat"
    if Signal.VULNERABLE in heard.signals:
        yield "vulnerable"
