"""A journalist (playbook B10): the holding statement, who they are, the spokesperson. Nothing else."""

from actions.steps import Known, Step
from ledger.heard import Heard
from ledger.services.cases import Hearing
from ledger.vocabulary import CaseType, Category, Signal

WITH_THE_PRESS = frozenset({Step.PRESS, Step.SPOKESPERSON})
FOR_THE_SPOKESPERSON = frozenset({Signal.MEDIA_THREAT, Signal.SPECIAL_IDENTITY})
"""Heard together and calmly: a journalist, for whom "a person" means the spokesperson."""
SURE = 0.5
"""From which confidence on a complaint is believed of somebody who introduces themselves."""


def next_step(known: Known) -> Step | None:
    """Who they are, then who calls back, then only that the question was passed on."""
    if known.type is not CaseType.CONTACT or Signal.SPECIAL_IDENTITY not in known.signals:
        return None
    if Step.OUTLET not in known.asked:
        return Step.OUTLET
    return Step.SPOKESPERSON if Step.PRESS in known.asked else Step.PRESS


def awaits(case: Hearing | None) -> str | None:
    """With a journalist it is the spokesperson's turn when nothing else is open."""
    journalist = case and case.type == CaseType.CONTACT and Signal.SPECIAL_IDENTITY in case.reasons
    return Step.SPOKESPERSON.value if journalist else None


def inquires(heard: Heard, case: Hearing | None) -> bool:
    """Whether a message is a journalist's question: no complaint, however it was classified."""
    return case.type == CaseType.CONTACT if case else _introduces_themselves(heard)


def wants_the_spokesperson(heard: Heard) -> bool:
    """Whether "a person" means the spokesperson to who wrote this."""
    return heard.emotion <= 1 and set(heard.signals) >= FOR_THE_SPOKESPERSON


def _introduces_themselves(heard: Heard) -> bool:
    names_a_grievance = heard.category not in (None, Category.OTHER)
    complains = heard.intent.startswith("complain_") and heard.confidence >= SURE
    calm = heard.emotion <= 1
    return Signal.SPECIAL_IDENTITY in heard.signals and calm and not (complains and names_a_grievance)
