"""Hearing a customer out: the case opens and grows, the feeling is answered, the next step is chosen (A1)."""

from dataclasses import replace

from actions import (
    casework,
    crowd,
    danger,
    demands,
    fallback,
    feelings,
    journeys,
    names,
    outsiders,
    press,
    resources,
    statement,
    wording,
)
from actions.base import LedgerAction, Talk
from actions.meanings import BRIEF, Meaning, answer, meaning, speaks
from actions.steps import HARD_TO_TELL, QUESTIONS, Known, Step
from ledger.services import cases
from ledger.services.cases import Hearing
from ledger.vocabulary import CaseType, Kind

REPEAT = "utter_acknowledge_repeat_said"
NOTHING_MORE = (Step.ADDED, Step.OKAY)
SHORTER = {
    Meaning.CONTACT: Step.DONE,
    Meaning.NO_CONTACT: Step.DONE,
    Meaning.YES_OR_NO: Step.OKAY,
    Meaning.REPEATED: Step.DONE,
}
"""What follows a confirmed case's bare answers: nothing was added to it."""


PRAISED = "utter_listen_praise"


class ActionHear(LedgerAction):
    """Take the message in, whatever it says, and choose the one next step."""

    def name(self) -> str:
        """The name the rules use."""
        return "action_hear"

    async def act(self, talk: Talk) -> None:
        """Hear, acknowledge, then ask or tell one thing."""
        talk.turn = replace(talk.turn, heard=press.as_asked(talk.turn.heard, talk.turn.text))
        if _adds_to_praise(talk):
            talk.say(PRAISED)
            return talk.ask(Step.DONE)
        meant = _meant(talk)
        await _settle_contact(talk, meant)
        hearing = None if meant is Meaning.UNCLEAR else await casework.hear(talk, meant)
        if hearing is None:
            return await _answer_unclear(talk)
        if casework.is_official(talk.turn):
            hearing = await outsiders.report(talk, hearing)
        talk.slots |= {"misses": 0, "nudged": False}
        casework.remember(talk, hearing)
        danger.tell_numbers(talk)
        if not await danger.stays(talk):
            known = await casework.known(talk, hearing)
            step = _step(talk, hearing, meant, known)
            _acknowledge(talk, hearing, meant, step)
            await statement.tell(talk, hearing)
            await _take(talk, hearing, _after(talk, hearing, step), known)


def _meant(talk: Talk) -> Meaning:
    turn = talk.turn
    meant = meaning(turn.heard, turn.text, turn.awaited, turn.case is not None)
    news = meant is Meaning.REPEATED and casework.tells_more(talk)
    official = meant is Meaning.UNCLEAR and casework.is_official(turn)
    if news or official:
        return Meaning.MATTER
    aside = meant is Meaning.UNCLEAR and Step.CONFIRM in turn.asked and len(turn.text) <= BRIEF
    return Meaning.YES_OR_NO if aside and speaks(turn.text) else meant


async def _answer_unclear(talk: Talk) -> None:
    """What is not understood may still name a subject on which something is said."""
    if not await statement.answer(talk):
        return fallback.ask_again(talk)
    awaited = talk.turn.awaited
    talk.slots["next_step"] = awaited if awaited in QUESTIONS else Step.DONE.value


def _adds_to_praise(talk: Talk) -> bool:
    """More about what was praised just now ("his name is Ming") is no complaint."""
    turn, heard = talk.turn, talk.turn.heard
    told = heard.intent == "add_information" and heard.emotion < feelings.HOT
    return (
        turn.case is None and turn.said[-1:] == (PRAISED,) and told and not (heard.signals or heard.remedies)
    )


async def _settle_contact(talk: Talk, meant: Meaning) -> None:
    turn, now = talk.turn, resources.now()
    if meant is Meaning.CONTACT:
        name = names.beside_contact(turn.heard, turn.text) or None
        reach = {"phone": turn.told("phone"), "email": turn.told("email"), "name": name}
        await cases.give_contact(talk.session, message_id=turn.message_id, now=now, **reach)
    if meant is Meaning.NO_CONTACT:
        await cases.refuse_contact(talk.session, message_id=turn.message_id, now=now)


def _acknowledge(talk: Talk, hearing: Hearing, meant: Meaning, step: Step) -> None:
    """Their thing, their feeling and what they announced in one; beside it what they gave us.

    With our word a number stands, so that both are one bubble.
    """
    if step is not Step.CONFIRM:
        _answer_contact(talk, hearing, meant)
    if meant is Meaning.REPEATED and hearing.type != CaseType.CONTACT:
        talk.say(REPEAT, known="" if REPEAT in talk.turn.said else _told_before(talk, hearing))
        talk.slots["told"] = ""
        casework.acknowledge_danger(talk, hearing)
    elif _is_about_demands(talk, hearing, meant, step):
        casework.acknowledge_danger(talk, hearing)
    elif found := _situation(talk, hearing, meant):
        casework.acknowledge(talk, found, noted=casework.danger_noted(talk, hearing))
    elif not danger.hurt_just_now(talk):
        casework.acknowledge_danger(talk, hearing)
    if step is Step.CONFIRM:
        _answer_contact(talk, hearing, meant)


def _told_before(talk: Talk, hearing: Hearing) -> str:
    story = casework.story(talk, hearing)
    return wording.words("told_before", talk.turn.language).format(said=story) if story else ""


def _answer_contact(talk: Talk, hearing: Hearing, meant: Meaning) -> None:
    if meant is Meaning.CONTACT and hearing.type != CaseType.CONTACT:
        talk.say("utter_respond_contact_taken")
    if meant is Meaning.NO_CONTACT:
        talk.say("utter_respond_contact_refused")


def _is_about_demands(talk: Talk, hearing: Hearing, meant: Meaning, step: Step) -> bool:
    """Whether a demand is explained now: when no other feeling waits for its answer."""
    if danger.hurt_just_now(talk) or _situation(talk, hearing, meant) not in (None, "demand"):
        return False
    promise = "" if step is Step.CONFIRM else str(talk.slots["promise"])
    return demands.explain(talk, hearing, promise)


def _situation(talk: Talk, hearing: Hearing, meant: Meaning) -> str | None:
    heard = talk.turn.heard
    if hearing.type == CaseType.CONTACT:
        return None
    if danger.hurt_just_now(talk):
        return None
    if found := journeys.acknowledgement(talk):
        return found
    asking = Step.CONFIRM not in talk.asked
    if found := feelings.situation(heard, talk.acknowledged):
        return found
    if asking and meant is Meaning.MATTER and casework.tells_more(talk):
        return "briefly"
    if feelings.vents(heard) and (asking or "anger" not in talk.acknowledged):
        return "anger"
    if wording.insults(talk.turn.text):
        return "insulted"
    opening = "demand" if feelings.named(heard) else "other"
    return opening if hearing.opened else None


async def _take(talk: Talk, hearing: Hearing, step: Step, known: Known) -> None:
    """Take the next step, with what belongs to it."""
    await outsiders.prepare(talk, step, known)
    crowd.warn(talk, hearing, step)
    crowd.tell_of_the_meeting(talk, hearing, step)
    if step is Step.URGENT:
        await danger.call_person(talk)
    talk.ask(step)


def _step(talk: Talk, hearing: Hearing, meant: Meaning, known: Known) -> Step:
    turn = talk.turn
    willing = turn.awaited == Step.CONTACT and answer(turn.heard, turn.text) is True
    if willing and hearing.contact == "unknown" and talk.asked.count(Step.CONTACT) < HARD_TO_TELL:
        return Step.CONTACT
    step = journeys.next_step(known)
    if step is not Step.ADDED:
        return step
    return SHORTER.get(meant, step if _adds(talk) else Step.OKAY)


def _after(talk: Talk, hearing: Hearing, step: Step) -> Step:
    """The step after what was just said: whoever was answered needs not hear that something was added."""
    if hearing.reopened and hearing.type != CaseType.CONTACT:
        casework.tell_reopened(talk)
        return Step.DONE
    return Step.DONE if talk.spoke and step in NOTHING_MORE else step


def _adds(talk: Talk) -> bool:
    """Whether a message after our word tells anything for the file."""
    heard, text = talk.turn.heard, talk.turn.text
    told = [found for found in heard.entities if found["entity"] != "language"]
    return (
        heard.kind is Kind.COMPLAINT
        or len(text) > BRIEF
        or bool(told or heard.remedies)
        or casework.tells_more(talk)
    )
