"""A journalist (playbook B10): the holding statement, who they are, the spokesperson. Nothing else."""

from collections.abc import Iterator
from dataclasses import replace

from actions import wording
from actions.steps import Known, Step
from ledger.heard import Heard
from ledger.services.cases import Hearing
from ledger.special import OFFICIAL
from ledger.vocabulary import CaseType, Category, FactKind, Kind, Signal

WITH_THE_PRESS = frozenset({Step.OUTLET, Step.DETAILS, Step.PRESS, Step.SPOKESPERSON})
FOR_THE_SPOKESPERSON = frozenset({Signal.MEDIA_THREAT, Signal.SPECIAL_IDENTITY})
"""Heard together and calmly: a journalist, for whom "a person" means the spokesperson."""
SURE = 0.5
"""From which confidence on a complaint is believed of somebody who introduces themselves."""
DETAILS = (FactKind.PERSON, FactKind.OUTLET, FactKind.COLUMN, FactKind.PRESS_CARD)
CONTACT = "contact"
OPTIONAL = frozenset({FactKind.COLUMN})
"""What is asked for once, and not again."""


def next_step(known: Known) -> Step | None:
    """Who they are, in two turns at most, then who calls back, then only that the question was passed on."""
    if known.type is not CaseType.CONTACT or Signal.SPECIAL_IDENTITY not in known.signals:
        return None
    lacking = set(missing(known))
    if lacking and Step.OUTLET not in known.asked:
        return Step.OUTLET
    if Step.PRESS in known.asked:
        return Step.SPOKESPERSON
    return Step.DETAILS if lacking - OPTIONAL and Step.DETAILS not in known.asked else Step.PRESS


def missing(known: Known) -> Iterator[str]:
    """What the spokesperson needs and nobody has told yet."""
    yield from (kind for kind in DETAILS if kind not in known.facts)
    if not known.contact_known:
        yield CONTACT


def awaits(case: Hearing | None) -> str | None:
    """With a journalist it is the spokesperson's turn when nothing else is open."""
    if case is None or case.type != CaseType.CONTACT or OFFICIAL in case.reasons:
        return None
    return Step.SPOKESPERSON.value if Signal.SPECIAL_IDENTITY in case.reasons else None


def inquires(heard: Heard, case: Hearing | None) -> bool:
    """Whether a message is a journalist's question: no complaint, however it was classified."""
    return case.type == CaseType.CONTACT if case else _introduces_themselves(heard)


def as_asked(heard: Heard, text: str) -> Heard:
    """A message as it is heard of somebody who asks for the press: what it tells of happened to others."""
    asks = wording.interviews(text) and heard.emotion <= 1 and Signal.SPECIAL_IDENTITY in heard.signals
    if not asks:
        return heard
    theirs = tuple(signal for signal in heard.signals if signal is not Signal.INJURY_SAFETY)
    return replace(heard, intent="out_of_scope", kind=Kind.OTHER, category=None, signals=theirs, remedies=())


def wants_the_spokesperson(heard: Heard) -> bool:
    """Whether "a person" means the spokesperson to who wrote this."""
    return heard.emotion <= 1 and set(heard.signals) >= FOR_THE_SPOKESPERSON


def _introduces_themselves(heard: Heard) -> bool:
    calm = heard.emotion <= 1
    return Signal.SPECIAL_IDENTITY in heard.signals and calm and not complains(heard)


def complains(heard: Heard) -> bool:
    """Whether somebody who introduces themselves has a grievance of their own, and is a customer."""
    names_a_grievance = heard.category not in (None, Category.OTHER)
    return heard.intent.startswith("complain_") and heard.confidence >= SURE and names_a_grievance
