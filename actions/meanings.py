"""What a message means where the talk stands: the same words may answer, refuse or tell more.

No journey hangs on one intent: an answer to our own question is an answer however it was classified.
"""

import re
from enum import StrEnum

from actions import officials, peril, press, wording
from actions.officials import WITH_AUTHORITIES
from actions.press import WITH_THE_PRESS
from actions.steps import QUESTIONS, Step
from ledger.heard import Heard
from ledger.vocabulary import Kind, Remedy, Signal, Topic

INFORMATION = frozenset({"add_information", "state_remedy", "give_contact", "repeat_said"})
DETOURS = frozenset({"action_answer", "action_chat", "action_own_up"})
ASIDES = frozenset({"action_correct", "action_answer_doubt", "action_wait"})
"""They go on with what was open, and ask nothing of their own."""
ANSWERS_TO = {
    Step.RATING: frozenset({"action_hear", "action_chat", "action_rate", "action_answer_doubt"}),
    Step.OPINION: frozenset({"action_hear", "action_rate", "action_answer_doubt"}),
}
"""Actions that a word about how it was handled may look like."""
HARMLESS = frozenset({Signal.WANTS_HUMAN, Signal.COMPENSATION_DEMAND, Signal.VULNERABLE})
BESIDE_THEM = frozenset({Step.STAY, Step.ANOTHER, Step.DISARM, Step.BESIDE})
FOR_OTHERS_TO_ANSWER = WITH_THE_PRESS | WITH_AUTHORITIES
"""Where whatever is asked is the spokesperson's, or the departments'."""
UNSURE = frozenset({"action_hear", "action_answer", "action_answer_doubt"})
"""Where a question about the desk may end up that was not heard as one."""
QUESTIONS_OF_THEIRS = frozenset({"action_answer", "action_own_up", "action_tell_status", "action_ask_human"})
OF_A_CASE = frozenset({Topic.TIMES, Topic.OWNER})
"""Topics that have another answer for every case."""
OF_TIME = frozenset({"language", "date", "duration"})
"""What may be told in a question about time that is nothing but one."""
OF_RIGHTS = frozenset({Topic.PETITION, Topic.ESCALATE})
"""Topics that name authorities without threatening with them."""
A_WORD = 5
"""From how many characters on a furious word is more than an interjection."""
HOT = 2
"""From this emotion level on a first word is a grievance, though nobody can tell which."""
SURE = 0.5
"""From which confidence on a yes or no is believed that is none of the usual words."""
VAGUE = 0.3
"""Below which confidence small talk is no such thing, but something not understood."""
CERTAIN = 0.7
"""From which confidence on small talk is taken for it while a question of ours is open."""
A_REQUEST = 40
"""Up to how many characters a message is a request or a question because of a few words in it."""
BRIEF = 12
"""Up to how many characters a message is nothing but the question in it."""
A_SENTENCE = 8
"""From how many characters on an unclear message is taken for information, not for a slip."""


PASS_CODE = re.compile(r"[A-Za-z0-9]{6}")
"""A pass-code that is the whole message."""


class Meaning(StrEnum):
    """What to do with a message."""

    MATTER = "matter"
    CONTACT = "contact"
    NO_CONTACT = "no_contact"
    REPEATED = "repeated"
    YES_OR_NO = "yes_or_no"
    UNCLEAR = "unclear"


def answer(heard: Heard, text: str) -> bool | None:
    """True for a yes, False for a no, None for neither."""
    said = re.sub(r"[^\w]+", " ", text.lower()).strip()
    if said in wording.markers("affirmed"):
        return True
    if said in wording.markers("denied"):
        return False
    if heard.confidence < SURE:
        return None
    return {"affirm": True, "deny": False}.get(heard.intent)


def meaning(heard: Heard, text: str, awaited: str | None, case_open: bool) -> Meaning:
    """What a message means when ``awaited`` is the step whose answer is still open."""
    said = answer(heard, text)
    if not speaks(text):
        return Meaning.UNCLEAR
    if heard.values("phone") or heard.values("email"):
        return Meaning.CONTACT
    if case_open and _refuses_contact(heard, text, awaited, said):
        return Meaning.NO_CONTACT
    if case_open and (heard.intent == "repeat_said" or wording.repeats(text)):
        return Meaning.REPEATED
    if said is not None and not heard.signals:
        return Meaning.YES_OR_NO
    if heard.kind is Kind.COMPLAINT or heard.signals or heard.remedies or _bursts_out(heard, text):
        return Meaning.MATTER
    return Meaning.MATTER if case_open and _tells(heard, text, awaited) else Meaning.UNCLEAR


def _bursts_out(heard: Heard, text: str) -> bool:
    return heard.emotion >= HOT and len(text.strip()) >= A_WORD


def _refuses_contact(heard: Heard, text: str, awaited: str | None, said: bool | None) -> bool:
    refuses = heard.intent == "refuse_contact" or wording.refuses_contact(text)
    return refuses or (awaited == Step.CONTACT and said is False)


def destination(action: str, heard: Heard, text: str, awaited: str | None, *, case_open: bool = False) -> str:
    """Which action a message is for, when its intent alone led to ``action``."""
    if peril.at_stake(heard, text) or officials.introduces(heard, text):
        return "action_hear"
    return (
        _by_who_asks(action, text, awaited)
        or _by_answer(action, heard, text, awaited)
        or _by_words(action, heard, text, awaited, case_open)
        or _by_question(action, heard, text, awaited)
        or action
    )


def alarming(heard: Heard) -> bool:
    """Whether there is danger in a message, whatever else it asks or says: the ledger must hear it."""
    return bool(set(heard.signals) - HARMLESS)


def asks_of_rights(heard: Heard) -> bool:
    """Whether authorities are only asked about: the ledger hears of it, and the question is answered."""
    named = set(heard.signals) - HARMLESS
    return heard.intent == "ask_policy" and heard.topic in OF_RIGHTS and named == {Signal.REGULATOR_THREAT}


def _by_who_asks(action: str, text: str, awaited: str | None) -> str | None:
    """Whatever a journalist or an official asks is passed on; whether this is a robot is always owned up."""
    robot = action == "action_own_up" and wording.asks_for_a_robot(text)
    asks = awaited in FOR_OTHERS_TO_ANSWER and action in QUESTIONS_OF_THEIRS
    return "action_hear" if asks and not robot else None


def _dangerous(heard: Heard) -> bool:
    """Alarming beyond how often it happened, which may be told again or put right like anything else."""
    return bool(set(heard.signals) - HARMLESS - {Signal.REPEAT_UNRESOLVED})


def _by_answer(action: str, heard: Heard, text: str, awaited: str | None) -> str | None:
    """A yes or no goes to the action that asked."""
    said = answer(heard, text)
    if said is None:
        return None
    decided = {
        (Step.CANCEL, True): "action_withdraw",
        (Step.CANCEL, False): "action_keep",
        (Step.HUMAN, True): "action_ask_human",
        (Step.PERSON, True): "action_ask_human",
    }
    asker = decided.get((Step(awaited), said)) if awaited else None
    return asker or ("action_hear" if awaited in QUESTIONS else None)


def _by_words(action: str, heard: Heard, text: str, awaited: str | None, case_open: bool) -> str | None:
    """Questions known by their words, however they were classified, and whatever we had asked."""
    if len(text) > A_REQUEST:
        return None
    if awaited == Step.STATUS and PASS_CODE.fullmatch(text.strip()):
        return "action_tell_status"
    if case_open and action == "action_hear" and _puts_right(heard, text):
        return "action_correct"
    if alarming(heard):
        return None
    if case_open and _is_of_the_talk(action, heard, text):
        return "action_hear"
    if wording.asks_who_spoke(text) or wording.asks_whether_a_robot(text):
        return "action_own_up"
    if case_open and (_asks_of_the_case(action, heard, text) or _asks_when(action, heard, text)):
        return "action_tell_status"
    return "action_answer" if _asks_of_the_desk(action, heard, awaited) else None


def _is_of_the_talk(action: str, heard: Heard, text: str) -> bool:
    """Said before, no number from me, or a number though it looked like giving up."""
    gives_a_number = action == "action_ask_withdraw" and bool(heard.values("phone"))
    return gives_a_number or wording.repeats(text) or wording.refuses_contact(text)


def _puts_right(heard: Heard, text: str) -> bool:
    return bool(heard.entities) and not _dangerous(heard) and wording.corrects(text)


def _asks_of_the_case(action: str, heard: Heard, text: str) -> bool:
    """Who has it, and when is there an answer: of a case that is open the ledger knows, and nobody else."""
    if heard.remedies or heard.topic not in OF_A_CASE:
        return False
    return (
        action == "action_answer"
        or heard.intent == "out_of_scope"
        or (heard.topic is Topic.OWNER and len(text) <= BRIEF)
    )


def _asks_when(action: str, heard: Heard, text: str) -> bool:
    """When there is an answer at last: a complaint by its tone, with nothing in it for the file."""
    told = {found["entity"] for found in heard.entities} - OF_TIME
    wishes = set(heard.remedies) - {Remedy.EXPLANATION}  # "An answer" sounds like one.
    return action in UNSURE and wording.asks_when(text) and not (told or wishes)


def _asks_of_the_desk(action: str, heard: Heard, awaited: str | None) -> bool:
    """Whether the topic tells a question that its intent does not: no wish, and no answer to us."""
    if action not in UNSURE or heard.topic is None or heard.remedies:
        return False
    if awaited in BESIDE_THEM | FOR_OTHERS_TO_ANSWER | ANSWERS_TO.keys():
        return False
    return heard.confidence < SURE or (heard.kind is not Kind.COMPLAINT and awaited not in QUESTIONS)


def _by_question(action: str, heard: Heard, text: str, awaited: str | None) -> str | None:
    """What we asked for, and what must be heard, goes before what the message looks like."""
    if awaited == Step.OPINION and heard.intent == "praise":
        return "action_rate"
    if awaited in (Step.RATING, Step.OPINION):
        return "action_rate" if action in ANSWERS_TO[Step(awaited)] else None
    if action == "action_rate":
        return None if heard.values("rating") else "action_hear"
    if action == "action_chat" and heard.confidence < VAGUE:
        return "action_hear"
    if action in ASIDES and _is_no_aside(heard, text, awaited):
        return "action_hear"
    demands = heard.confidence < SURE and Signal.COMPENSATION_DEMAND in heard.signals and bool(heard.remedies)
    if action == "action_answer" and demands:
        return "action_hear"
    if action == "action_hear" and _withdraws(text):
        return "action_ask_withdraw"
    if action == "action_hear" and _asks_by_number(heard, awaited):
        return "action_tell_status"
    if action == "action_ask_human" and press.wants_the_spokesperson(heard):
        return "action_hear"
    return "action_hear" if action in DETOURS and _no_detour(action, heard, text, awaited) else None


def _is_no_aside(heard: Heard, text: str, awaited: str | None) -> bool:
    """Danger, despair, the press, so many words that there is more in them, or nothing to be sure of."""
    unsure = heard.intent == "correct" and heard.confidence < VAGUE and not wording.corrects(text)
    theirs = BESIDE_THEM | FOR_OTHERS_TO_ANSWER
    return unsure or _dangerous(heard) or awaited in theirs or len(text) > A_REQUEST * 2


def _withdraws(text: str) -> bool:
    return len(text) <= A_REQUEST and any(mark in text.lower() for mark in wording.markers("withdrawing"))


def _asks_by_number(heard: Heard, awaited: str | None) -> bool:
    tells = heard.intent.startswith("complain_") or heard.confidence >= SURE
    return bool(heard.values("case_number")) and (awaited == Step.STATUS or not tells)


def _no_detour(action: str, heard: Heard, text: str, awaited: str | None) -> bool:
    """Danger, despair, or an answer to us that only looks like small talk or a question."""
    if alarming(heard) and not asks_of_rights(heard):
        return True
    if heard.kind is Kind.COMPLAINT or not speaks(text) or awaited in BESIDE_THEM:
        return True
    sure = heard.confidence >= CERTAIN
    asks = heard.topic is not None and (sure or not heard.remedies)
    return awaited in QUESTIONS | FOR_OTHERS_TO_ANSWER and not (asks if action == "action_answer" else sure)


def speaks(text: str) -> bool:
    """Whether there are words in a text, not marks alone."""
    return bool(re.search(r"\w", text))


def _tells(heard: Heard, text: str, awaited: str | None) -> bool:
    return (
        awaited in QUESTIONS | BESIDE_THEM | FOR_OTHERS_TO_ANSWER
        or heard.intent in INFORMATION
        or len(text.strip()) >= A_SENTENCE
    )
