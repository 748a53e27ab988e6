"""Many people act together (playbook B9): how many, where, and up to five speak for all."""

import re

from actions.base import Talk
from actions.steps import Known, Step
from ledger.services.cases import Hearing
from ledger.vocabulary import FactKind, Signal

COUNTED = re.compile(
    r"[\d一二三四五六七八九十百千两兩几幾]+多?\s*[个個名位户戶人家]"
    r"|(?:\d+|dozens|hundreds?|thousands?)\s*(?:of us|of )?\s*(?:\w+ )?"
    r"(?:people|families|owners|residents|workers|customers|us\b)",
    re.IGNORECASE,
)
ASKED = frozenset({Step.HEADCOUNT, Step.COUNT, Step.PLACE})
DANGERS = frozenset({Signal.INJURY_SAFETY, Signal.VIOLENCE_THREAT})


def next_step(known: Known) -> Step | None:
    """How many and where, as far as they have not said so; once."""
    if Signal.GROUP_EVENT not in known.signals or ASKED & set(known.asked):
        return None
    counted = {FactKind.PEOPLE, FactKind.VEHICLES} & set(known.facts) or COUNTED.search(known.narrative)
    placed = FactKind.PLACE in known.facts
    if counted:
        return None if placed else Step.PLACE
    return Step.COUNT if placed else Step.HEADCOUNT


def acknowledgement(talk: Talk) -> str | None:
    """What a crowd is answered with, once."""
    crowd = Signal.GROUP_EVENT in talk.turn.heard.signals and "group" not in talk.acknowledged
    return "group" if crowd else None


def warn(talk: Talk, hearing: Hearing, step: Step) -> None:
    """Name ambulance and police, once, when somebody in a crowd may get hurt."""
    if step in (Step.SAFETY, Step.URGENT):
        return  # The ambulance is named there, and the person asked after comes first.
    dangerous = DANGERS.intersection([*hearing.reasons, *talk.turn.heard.signals])
    if _is_one(hearing) and dangerous and "crowd_danger" not in talk.acknowledged:
        talk.say("utter_respond_crowd_danger")
        talk.acknowledge("crowd_danger")


def tell_of_the_meeting(talk: Talk, hearing: Hearing, step: Step) -> None:
    """Who meets the five, and by when they hear about it, beside our word."""
    if step is Step.CONFIRM and _is_one(hearing):
        talk.say("utter_respond_meeting")


def _is_one(hearing: Hearing) -> bool:
    return Signal.GROUP_EVENT in hearing.reasons
