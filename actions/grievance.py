"""One customer's grievance: the story, what they want, how to reach them, our word (A1, A3, A7, A10)."""

from actions import crowd
from actions.steps import HARD_TO_TELL, Known, Step


def next_step(known: Known) -> Step:
    """The open question that is left, then our word, then only that something was added.

    Whoever goes on raging is offered a person once, instead of another question (A2).
    """
    step = Step.ADDED if Step.CONFIRM in known.asked else _open_question(known)
    if step and known.raging and Step.PERSON not in known.asked:
        return Step.PERSON
    return step or Step.CONFIRM


def _open_question(known: Known) -> Step | None:
    if not known.story_known and known.asked.count(Step.STORY) < HARD_TO_TELL:
        return Step.STORY
    if step := crowd.next_step(known):
        return step
    if known.further and Step.FURTHER not in known.asked:
        return Step.FURTHER
    if not known.remedy_known and known.asked.count(Step.REMEDY) < (HARD_TO_TELL if known.vented else 1):
        return Step.REMEDY
    if not known.contact_known and Step.CONTACT not in known.asked:
        return Step.CONTACT
    return None
