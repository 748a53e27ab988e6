"""What a message means where the talk stands: the same words may answer, refuse or tell more."""

from enum import StrEnum

from actions.steps import QUESTIONS, Step
from ledger.heard import Heard
from ledger.vocabulary import Kind, Signal

NO = frozenset({"deny", "refuse_contact"})
YES = frozenset({"affirm"})
PLEASANTRIES = frozenset({"greet", "thank", "goodbye", "praise"})
INFORMATION = frozenset({"add_information", "state_remedy", "give_contact", "repeat_said"})
DETOURS = frozenset({"action_answer", "action_chat", "action_own_up"})
ON_A_REVISIT = frozenset({"action_hear", "action_chat", "action_rate"})
HARMLESS = frozenset({Signal.WANTS_HUMAN, Signal.COMPENSATION_DEMAND, Signal.VULNERABLE})
A_SENTENCE = 8
"""From how many characters an unclear message is taken for information, not for a slip."""


class Meaning(StrEnum):
    """What to do with a message."""

    MATTER = "matter"
    CONTACT = "contact"
    NO_CONTACT = "no_contact"
    REPEATED = "repeated"
    YES_OR_NO = "yes_or_no"
    UNCLEAR = "unclear"


def meaning(heard: Heard, text: str, awaited: str | None, case_open: bool) -> Meaning:
    """What a message means when ``awaited`` is the step whose answer is still open."""
    reachable = bool(heard.values("phone") or heard.values("email"))
    if reachable:
        return Meaning.CONTACT
    if case_open and _refuses_contact(heard, awaited):
        return Meaning.NO_CONTACT
    if case_open and heard.intent == "repeat_said":
        return Meaning.REPEATED
    if heard.kind is Kind.COMPLAINT or heard.signals or heard.remedies:
        return Meaning.MATTER
    if heard.intent in NO | YES:
        return Meaning.YES_OR_NO
    return Meaning.MATTER if case_open and _tells(heard, text, awaited) else Meaning.UNCLEAR


def destination(action: str, heard: Heard, text: str, awaited: str | None) -> str:
    """Which action a message is for, when its intent alone led to ``action``."""
    if awaited in (Step.RATING, Step.OPINION) and action in ON_A_REVISIT:
        return "action_rate"
    if awaited == Step.STATUS and action == "action_hear" and heard.values("case_number"):
        return "action_tell_status"
    if action in DETOURS and grave(heard):
        return "action_hear"
    if action == "action_rate" and awaited not in (Step.RATING, Step.OPINION) and not heard.values("rating"):
        return "action_hear"
    return action


def grave(heard: Heard) -> bool:
    """Whether the ledger must hear a message although it asks or says something else."""
    return heard.kind is Kind.COMPLAINT or bool(set(heard.signals) - HARMLESS)


def _refuses_contact(heard: Heard, awaited: str | None) -> bool:
    return heard.intent == "refuse_contact" or (awaited == Step.CONTACT and heard.intent in NO)


def _tells(heard: Heard, text: str, awaited: str | None) -> bool:
    return awaited in QUESTIONS or heard.intent in INFORMATION or len(text.strip()) >= A_SENTENCE
