"""Which feeling is answered, before anything is asked (playbook A1 acknowledge, A2, A9): each once."""

from collections.abc import Collection, Iterator

from ledger.heard import Heard
from ledger.vocabulary import Category, Hardship, Kind, Remedy, Signal

HOT = 2
"""From this emotion level on, the feeling is answered before the facts."""

SURE = 0.5
"""From which confidence on a category is named; a wrong one would show that nobody listened."""

CARED_FOR = frozenset({Hardship.CHILD, Hardship.ELDER, Hardship.PREGNANT, Hardship.ILL})
THREATS = (Signal.MEDIA_THREAT, Signal.REGULATOR_THREAT, Signal.LEGAL_THREAT)


def heat(heard: Heard) -> str:
    """``hot`` from level 2 on, else ``calm``: the two tones every acknowledgement has."""
    return "hot" if heard.emotion >= HOT else "calm"


def situation(heard: Heard, acknowledged: Collection[str]) -> str | None:
    """The situation to acknowledge in this message, as its script is named; None when each was answered.

    No angry message goes without an answer to it.
    """
    troubles = _situations(heard, acknowledged)
    found = next((found for found in troubles if found not in acknowledged), None)
    return found or (anger(heard) if heard.emotion >= HOT else None)


def anger(heard: Heard) -> str:
    """What an angry message is answered with: the demand in it, if there is one, else the anger."""
    return "demand" if named(heard) else "anger"


def named(heard: Heard) -> list[Remedy]:
    """What is wanted, as far as there is a name for it."""
    return [remedy for remedy in heard.remedies if remedy is not Remedy.OTHER]


def vents(heard: Heard) -> bool:
    """Whether a message lets off steam instead of answering: a rhetorical question, anger without a wish."""
    return not heard.remedies and (heard.intent == "ask_policy" or heard.emotion >= HOT)


def wishes(heard: Heard) -> bool:
    """Whether a message answers what is wanted, and neither lets off steam nor goes on complaining."""
    goes_on = heard.hardships or (heard.intent.startswith("complain_") and heard.confidence >= SURE)
    return bool(heard.remedies) or not (vents(heard) or goes_on)


def threats(announced: Collection[str], acknowledged: Collection[str]) -> list[Signal]:
    """Threats among the signals of a case that were not answered yet, in the order of the vocabulary."""
    return [signal for signal in THREATS if signal in announced and signal not in acknowledged]


def _situations(heard: Heard, acknowledged: Collection[str]) -> Iterator[str]:
    """From the gravest on. A wish in a later message names no new trouble."""
    a_wish = bool(acknowledged and heard.remedies)
    if heard.kind is Kind.COMPLAINT or heard.emotion >= HOT:
        yield from _hardships(heard)
    vague = heard.category is Category.OTHER and acknowledged
    names_it = heard.intent.startswith("complain_") and heard.confidence >= SURE and not vague
    if heard.category and not a_wish and names_it:
        yield heard.category
    if a_wish:
        yield "demand" if named(heard) else "wanted"
    if heard.emotion >= HOT:
        yield anger(heard)


def _hardships(heard: Heard) -> Iterator[str]:
    """What makes it hurt, in particular; where that is not heard, what the signals tell of it."""
    yield from heard.hardships
    if Signal.REPEAT_UNRESOLVED in heard.signals:
        yield Hardship.REPEATED
    if Signal.VULNERABLE in heard.signals and not set(heard.hardships) & CARED_FOR:
        yield "vulnerable"
