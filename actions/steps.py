"""What is asked or told next: one step a turn, nothing twice (playbook A1, A3, A7, A10, B9, B10)."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from ledger.vocabulary import CaseType, Signal

HARD_TO_TELL = 2
"""How many times the same is asked for: a second open question may help, a third is a questionnaire."""

COUNTED = re.compile(
    r"[\d一二三四五六七八九十百千两兩几幾]+多?\s*[个個名位户戶人家]"
    r"|(?:\d+|dozens|hundreds?|thousands?)\s*(?:of us|of )?\s*(?:\w+ )?"
    r"(?:people|families|owners|residents|workers|customers|us\b)",
    re.IGNORECASE,
)


class Step(StrEnum):
    """A step of the talk. Questions wait for their answer; the others leave nothing open.

    ``data/stories/steps.yml`` has the rule that speaks each.
    """

    STAY = "stay"
    BESIDE = "beside"
    SAFETY = "safety"
    STORY = "story"
    HEADCOUNT = "headcount"
    PLACE = "place"
    REMEDY = "remedy"
    CONTACT = "contact"
    OUTLET = "outlet"
    CONFIRM = "confirm"
    PRESS = "press"
    SPOKESPERSON = "spokesperson"
    ADDED = "added"
    OKAY = "okay"
    DONE = "done"
    MEANING = "meaning"
    HUMAN = "human"
    CANCEL = "cancel"
    STATUS = "status"
    RATING = "rating"
    OPINION = "opinion"


QUESTIONS = frozenset(
    {Step.SAFETY, Step.STORY, Step.HEADCOUNT, Step.PLACE, Step.REMEDY, Step.CONTACT, Step.OUTLET}
)
"""Steps whose answer belongs into the case, whatever its words are."""


@dataclass(frozen=True, slots=True)
class Known:
    """What a case holds so far, as far as the next step depends on it.

    ``signals`` are those of the whole case, ``asked`` the steps taken in this matter, oldest first, with
    repetitions. ``contact_known`` is true when a contact was given or refused. ``vented``: the last message
    let off steam where an answer was awaited.
    """

    type: CaseType
    signals: Collection[str]
    narrative: str
    story_known: bool
    remedy_known: bool
    contact_known: bool
    asked: tuple[str, ...] = ()
    vented: bool = False


def next_step(known: Known) -> Step:
    """The smallest useful step: people first, then the story, what they want, how to reach them, our word."""
    if known.type is CaseType.CONTACT and Signal.SPECIAL_IDENTITY in known.signals:
        return _for_press(known)
    if Signal.INJURY_SAFETY in known.signals and Step.SAFETY not in known.asked:
        return Step.SAFETY
    if Step.CONFIRM in known.asked:
        return Step.ADDED
    return _open_question(known) or Step.CONFIRM


def question(step: str | None) -> str | None:
    """The script that asks an open question again; None when none is open."""
    if step not in QUESTIONS:
        return None
    return "utter_acknowledge_injury" if step == Step.SAFETY else f"utter_listen_{step}"


def after_misses(misses: int) -> Step:
    """What to say when nothing was understood: the likely meanings once, then a person."""
    return Step.MEANING if misses <= 1 else Step.HUMAN


def _for_press(known: Known) -> Step:
    if Step.OUTLET not in known.asked:
        return Step.OUTLET
    return Step.SPOKESPERSON if Step.PRESS in known.asked else Step.PRESS


def _open_question(known: Known) -> Step | None:
    if not known.story_known and known.asked.count(Step.STORY) < HARD_TO_TELL:
        return Step.STORY
    if Signal.GROUP_EVENT in known.signals and not {Step.HEADCOUNT, Step.PLACE} & set(known.asked):
        return Step.PLACE if COUNTED.search(known.narrative) else Step.HEADCOUNT
    if not known.remedy_known and known.asked.count(Step.REMEDY) < (HARD_TO_TELL if known.vented else 1):
        return Step.REMEDY
    if not known.contact_known and Step.CONTACT not in known.asked:
        return Step.CONTACT
    return None
