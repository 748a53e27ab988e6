"""The steps a talk can take, and what the next one depends on; ``journeys`` chooses it."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from ledger.vocabulary import CaseType

HARD_TO_TELL = 2
"""How many times the same is asked for: a second open question may help, a third is a questionnaire."""


class Step(StrEnum):
    """A step of the talk. Questions wait for their answer; the others leave nothing open.

    ``data/stories/steps.yml`` has the rule that speaks each.
    """

    STAY = "stay"
    ANOTHER = "another"
    DISARM = "disarm"
    BESIDE = "beside"
    URGENT = "urgent"
    SAFETY = "safety"
    SCENE = "scene"
    STORY = "story"
    HEADCOUNT = "headcount"
    COUNT = "count"
    PLACE = "place"
    FURTHER = "further"
    REMEDY = "remedy"
    CONTACT = "contact"
    OUTLET = "outlet"
    DETAILS = "details"
    OFFICIAL = "official"
    CREDENTIALS = "credentials"
    CONFIRM = "confirm"
    PRESS = "press"
    SPOKESPERSON = "spokesperson"
    REPORTED = "reported"
    AUTHORITY = "authority"
    ADDED = "added"
    OKAY = "okay"
    DONE = "done"
    MEANING = "meaning"
    HUMAN = "human"
    PERSON = "person"
    CANCEL = "cancel"
    STATUS = "status"
    RATING = "rating"
    OPINION = "opinion"


QUESTIONS = frozenset(
    {
        Step.URGENT,
        Step.SAFETY,
        Step.SCENE,
        Step.STORY,
        Step.HEADCOUNT,
        Step.COUNT,
        Step.PLACE,
        Step.FURTHER,
        Step.REMEDY,
        Step.CONTACT,
        Step.OUTLET,
        Step.DETAILS,
        Step.OFFICIAL,
        Step.CREDENTIALS,
    }
)
"""Steps whose answer belongs into the case, whatever its words are."""


@dataclass(frozen=True, slots=True)
class Known:
    """What a case holds so far, as far as the next step depends on it.

    ``signals`` are those of the whole case, ``asked`` the steps taken in this matter, oldest first, with
    repetitions. ``contact_known`` is true when a contact was given or refused. ``vented``: the last message
    let off steam where an answer was awaited. ``further``: a second grievance was heard and not told of yet.
    ``raging``: anger has lasted until a person should be offered. ``facts`` are the kinds of facts that were
    told, ``official``: the sender comes from an authority, ``urgent``: somebody hurt needs an ambulance now.
    """

    type: CaseType
    signals: Collection[str]
    narrative: str
    story_known: bool
    remedy_known: bool
    contact_known: bool
    asked: tuple[str, ...] = ()
    vented: bool = False
    further: bool = False
    raging: bool = False
    facts: Collection[str] = ()
    official: bool = False
    urgent: bool = False


def question(step: str | None) -> str | None:
    """The script that asks an open question again; None when none is open."""
    if step not in QUESTIONS:
        return None
    hurt = step in (Step.SAFETY, Step.URGENT)
    return "utter_acknowledge_injury" if hurt else f"utter_listen_{step}"


def after_misses(misses: int) -> Step:
    """What to say when nothing was understood: the likely meanings once, then a person."""
    return Step.MEANING if misses <= 1 else Step.HUMAN
