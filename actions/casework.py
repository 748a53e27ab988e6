"""Between the talk and the case: hearing a message into the ledger, and what the scripts may say about it."""

import re
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from actions import feelings, names, officials, peril, press, resources, wording
from actions.base import Talk, Turn
from actions.meanings import Meaning, alarming
from actions.reflection import reflect
from actions.steps import Known, Step
from actions.turning import HAN
from ledger.anger import offers_person
from ledger.heard import Heard
from ledger.models import Conversation
from ledger.services import cases
from ledger.services.cases import Hearing
from ledger.vocabulary import CaseType, Holding, Kind, Language, Remedy, Signal

WHO_ARE_YOU = frozenset({Step.OUTLET, Step.DETAILS, Step.OFFICIAL, Step.CREDENTIALS})
PROMISING = re.compile(r"utter_respond_(?:confirm|demand_\w+?)")
"""Scripts that say who answers by when."""
BARE_ANSWERS = (Meaning.YES_OR_NO, Meaning.NO_CONTACT)


async def hear(talk: Talk, meant: Meaning) -> Hearing | None:
    """How the case stands with this message in it; None when there is none and nothing to open."""
    turn = talk.turn
    if meant in BARE_ANSWERS and not (turn.heard.signals or turn.heard.remedies):
        return _unchanged(turn.case, meant)
    into = cases.new_matter if _is_new_matter(talk, meant) else cases.hear
    hearing: Hearing | None = await into(
        talk.session,
        message_id=turn.message_id,
        heard=answering(talk.turn),
        policy=resources.policy(),
        now=resources.now(),
    )
    if hearing and (hearing.opened or hearing.reopened):
        talk.begin_anew()
    return hearing


def answering(turn: Turn) -> Heard:
    """What was heard, read as the answer to what was asked.

    What is wanted is a wish though it bears no name we know. Whoever wants something put right or is furious
    complains, though a number stands beside it; the questions of journalists and officials are no complaint,
    as long as nothing is wanted. Who was asked for their name tells it.
    """
    heard = turn.heard
    if turn.awaited == Step.REMEDY and not heard.remedies and feelings.wishes(heard):
        return replace(heard, remedies=(Remedy.OTHER,))
    if turn.awaited in WHO_ARE_YOU:
        heard = names.with_own_name(heard, turn.text)
    if officials.is_case_of(turn.case) or is_official(turn):
        signals = tuple(dict.fromkeys([*heard.signals, Signal.SPECIAL_IDENTITY]))
        return replace(heard, kind=Kind.OTHER, category=None, signals=signals)
    wants = heard.remedies or heard.emotion >= feelings.HOT
    if turn.case is None and heard.kind in (Kind.OTHER, Kind.CHAT) and wants:
        return replace(heard, kind=Kind.COMPLAINT)
    asks = press.inquires(heard, turn.case) and not set(heard.remedies) - {Remedy.OTHER}
    return replace(heard, kind=Kind.OTHER, category=None, remedies=()) if asks else heard


async def hear_danger(talk: Talk) -> None:
    """Take a message with danger in it into the ledger though it only asks for something, and say so."""
    if alarming(talk.turn.heard) and (hearing := await hear(talk, Meaning.MATTER)):
        remember(talk, hearing)
        acknowledge_danger(talk, hearing)


def is_official(turn: Turn) -> bool:
    """Whether somebody introduces themselves as an authority, who is not a customer already."""
    as_a_customer = turn.case is not None and turn.case.type == CaseType.COMPLAINT
    return not as_a_customer and officials.introduces(turn.heard, turn.text)


def remember(talk: Talk, hearing: Hearing) -> None:
    """Leave the case, and what the scripts say of it, in the slots."""
    talk.slots |= {"case": asdict(hearing), **described(talk, hearing)}
    _remember_further(talk, hearing)


def _remember_further(talk: Talk, hearing: Hearing) -> None:
    """Grievances that came up beside another one, until a message of their own tells of them."""
    heard, before = talk.turn.heard, () if hearing.opened else talk.turn.further
    named = dict.fromkeys([*before, *heard.further])
    untold = [code for code in named if code in hearing.further_categories and code != heard.category]
    talk.slots["further"] = untold
    if untold:
        talk.slots["other_matter"] = wording.words("matters", talk.turn.language)[untold[0]]


def described(talk: Talk, hearing: Hearing) -> dict[str, Any]:
    """The case in the customer's script, as far as the ledger holds it."""
    language = talk.turn.language
    named = [remedy for remedy in hearing.remedies if remedy != Remedy.OTHER]
    wanted = wording.listed("remedies", named, language) if named else ""
    told = story(talk, hearing)
    return {
        "has_case": True,
        "case_number": hearing.number,
        "pass_code": hearing.pass_code,
        "told": wording.words("story", language).format(said=told) if told else "",
        "wish": wording.words("wish", language).format(wanted=wanted) if wanted else "",
        "promise": _promise(talk, hearing, language),
    }


def story(talk: Talk, hearing: Hearing) -> str:
    """The case said back to who told it, with what they corrected."""
    told = hearing.narrative
    for correction in talk.slots.get("corrections", talk.turn.corrections):
        told = told.replace(correction["wrong"], correction["right"])
    return said_back(told, talk.turn.language, whole=True)


def tells_more(talk: Talk) -> bool:
    """Whether there is something new in a message that can be said back."""
    return bool(reflect(talk.turn.text, talk.turn.language, talk.turn.narrative))


def said_back(text: str, language: Language, known: str = "", *, whole: bool = False) -> str:
    """What was told, turned to who told it; a clause of theirs in quotation marks where that cannot be.

    ``whole``: in one sentence, which continues another one.
    """
    return reflect(text, language, known, whole=whole) or wording.quote(text, language)


def tell_reopened(talk: Talk) -> None:
    """Say that the matter goes on: our word was given before, and nothing is asked from the start again."""
    talk.say("utter_feedback_reopened")
    talk.slots["asked"] = [Step.CONFIRM.value]


async def known(talk: Talk, hearing: Hearing) -> Known:
    """What the next step depends on."""
    heard = talk.turn.heard
    return Known(
        type=CaseType(hearing.type),
        signals=frozenset({*hearing.reasons, *heard.signals}),
        narrative=hearing.narrative,
        story_known=hearing.story_known,
        remedy_known=bool(hearing.remedies),
        contact_known=hearing.contact != "unknown",
        asked=talk.asked,
        vented=talk.turn.awaited == Step.REMEDY and not feelings.wishes(heard),
        further=bool(talk.slots.get("further")),
        raging=await _rages(talk, hearing),
        facts=frozenset(fact["kind"] for fact in hearing.facts),
        official=officials.is_case_of(hearing),
        urgent=peril.needs_help_now(heard, talk.turn.text),
    )


async def _rages(talk: Talk, hearing: Hearing) -> bool:
    """Whether anger has lasted until a person should be offered, and none is on the way."""
    if not offers_person(hearing.emotions, resources.policy().anger):
        return False
    conversation = await talk.session.get_one(Conversation, talk.turn.conversation_id)
    return conversation.holding is Holding.BOT


def acknowledge(talk: Talk, found: str, noted: str = "") -> None:
    """Answer a feeling in one breath; ``noted`` is the sentence about danger that belongs to it, or empty.

    What was said back now is not said back again with our word. An insult is answered shorter.
    """
    heard, language = talk.turn.heard, talk.turn.language
    wanted = feelings.named(heard)
    mirror = said_back(talk.turn.text, language, known=talk.turn.narrative)
    if wording.insults(talk.turn.text):
        found = "briefly" if mirror else "insulted"
    talk.slots |= {"told": ""} if mirror else {}
    talk.slots |= {"wish": ""} if found == "demand" else {}
    talk.say(
        f"utter_acknowledge_{found}",
        mirror=mirror,
        heat=feelings.heat(heard),
        wanted=wording.listed("remedies", wanted, language) if wanted else "",
        noted=noted,
    )
    talk.acknowledge(found)


def acknowledge_anger(talk: Talk) -> None:
    """Answer the anger in a message that asks something else, before what it asks is answered."""
    if talk.turn.heard.emotion >= feelings.HOT:
        acknowledge(talk, feelings.anger(talk.turn.heard))


def acknowledge_danger(talk: Talk, hearing: Hearing) -> None:
    """Say that a threat was recorded and headquarters is being told, if the ledger has flagged it."""
    if alarm := _alarm(talk, hearing):
        talk.say(f"utter_acknowledge_{alarm}", threats=_announce(talk, hearing))


def danger_noted(talk: Talk, hearing: Hearing) -> str:
    """The same as a sentence that follows an acknowledgement; empty when nothing was flagged."""
    alarm = _alarm(talk, hearing)
    if alarm is None:
        return ""
    sentence: str = wording.words("noted", talk.turn.language)[alarm]
    return sentence.format(threats=_announce(talk, hearing))


def _alarm(talk: Talk, hearing: Hearing) -> str | None:
    if not hearing.special or hearing.type == CaseType.CONTACT:
        return None
    if _threats(talk, hearing):
        return "threat"
    hurt = Signal.INJURY_SAFETY in talk.turn.heard.signals
    return "headquarters" if hearing.newly_special and not hurt else None


def _announce(talk: Talk, hearing: Hearing) -> str:
    """The names of the threats to answer, noted as answered; empty when there are none."""
    announced = _threats(talk, hearing)
    talk.acknowledge(*announced)
    return wording.listed("threats", announced, talk.turn.language) if announced else ""


def _threats(talk: Talk, hearing: Hearing) -> list[Signal]:
    return feelings.threats({*hearing.reasons, *talk.turn.heard.signals}, talk.acknowledged)


def _unchanged(case: Hearing | None, meant: Meaning) -> Hearing | None:
    quiet = replace(case, opened=False, reopened=False, newly_special=False) if case else None
    return replace(quiet, contact="refused") if quiet and meant is Meaning.NO_CONTACT else quiet


def _is_new_matter(talk: Talk, meant: Meaning) -> bool:
    turn = talk.turn
    if meant is not Meaning.MATTER or turn.case is None or Step.CONFIRM not in turn.asked:
        return False
    said = turn.text.lower()
    return any(marker in said for marker in wording.markers("another_matter"))


def department(key: str, language: Language) -> str:
    """What a department of the policy is called."""
    names_of = {one.key: one.names for one in resources.policy().departments}
    return names_of[key][language]


def responsible(owner: str | None, department: str | None, language: Language) -> str:
    """Who has a case: a person, or the department unless its name is in a script that is not read here."""
    readable = bool(HAN.search(department or "")) is not (language is Language.EN)
    return owner or (department if readable else None) or str(wording.words("team", language))


def _promise(talk: Talk, hearing: Hearing, language: Language) -> str:
    who = wording.spaced(responsible(hearing.owner, hearing.department, language), language)
    if hearing.due_at is None:
        return str(wording.words("promise_without_time", language).format(who=who))
    due = datetime.fromisoformat(hearing.due_at)
    by = wording.moment(due, resources.now(), resources.policy(), language)
    wordings = wording.words("promise", language)
    given = sum(bool(PROMISING.fullmatch(said)) for said in talk.turn.said)
    return str(wordings[given % len(wordings)]).format(who=who, by=by)
