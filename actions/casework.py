"""Between the talk and the case: hearing a message into the ledger, and what the scripts may say about it."""

from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from actions import feelings, resources, wording
from actions.base import Talk
from actions.meanings import Meaning
from actions.steps import Known, Step
from ledger.heard import Heard
from ledger.services import cases
from ledger.services.cases import Hearing
from ledger.vocabulary import CaseType, Category, Kind, Language, Remedy, Signal

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
        heard=answering(turn.heard, turn.awaited, turn.case),
        policy=resources.policy(),
        now=resources.now(),
    )
    if hearing and (hearing.opened or hearing.reopened):
        talk.begin_anew()
    return hearing


def answering(heard: Heard, awaited: str | None, case: Hearing | None) -> Heard:
    """What was heard, read as the answer to what was asked.

    What is wanted is a wish though it bears no name we know; a journalist's questions are no complaint, as
    long as nothing is wanted.
    """
    if awaited == Step.REMEDY and not heard.remedies and not feelings.vents(heard):
        return replace(heard, remedies=(Remedy.OTHER,))
    asks = case.type == CaseType.CONTACT if case else _introduces_themselves(heard)
    return replace(heard, kind=Kind.OTHER, category=None) if asks and not heard.remedies else heard


def _introduces_themselves(heard: Heard) -> bool:
    names_a_grievance = heard.category not in (None, Category.OTHER)
    complains = heard.intent.startswith("complain_") and heard.confidence >= feelings.SURE
    calm = heard.emotion <= 1
    return Signal.SPECIAL_IDENTITY in heard.signals and calm and not (complains and names_a_grievance)


def remember(talk: Talk, hearing: Hearing) -> None:
    """Leave the case, and what the scripts say of it, in the slots."""
    talk.slots["case"] = asdict(hearing)
    talk.slots |= described(hearing, talk.turn.language)


def described(hearing: Hearing, language: Language) -> dict[str, Any]:
    """The case in the customer's script, as far as the ledger holds it."""
    named = [remedy for remedy in hearing.remedies if remedy != Remedy.OTHER]
    wanted = wording.listed("remedies", named, language) if named else ""
    return {
        "has_case": True,
        "case_number": hearing.number,
        "pass_code": hearing.pass_code,
        "matter": wording.words("matters", language)[hearing.category or "other"],
        "told": wording.quote(hearing.narrative, language),
        "wish": wording.words("wish", language).format(wanted=wanted) if wanted else "",
        "promise": _promise(hearing, language),
    }


def known(talk: Talk, hearing: Hearing) -> Known:
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
        vented=talk.turn.awaited == Step.REMEDY and feelings.vents(heard),
    )


def acknowledge_danger(talk: Talk, hearing: Hearing) -> None:
    """Say that a threat was recorded and headquarters is being told, if the ledger has flagged it."""
    if not hearing.special or hearing.type == CaseType.CONTACT:
        return
    if announced := feelings.threats({*hearing.reasons, *talk.turn.heard.signals}, talk.acknowledged):
        named = wording.listed("threats", announced, talk.turn.language)
        talk.say("utter_acknowledge_threat", threats=named)
        talk.acknowledge(*announced)
    elif hearing.newly_special and Signal.INJURY_SAFETY not in talk.turn.heard.signals:
        talk.say("utter_acknowledge_headquarters")


def _unchanged(case: Hearing | None, meant: Meaning) -> Hearing | None:
    quiet = replace(case, opened=False, reopened=False, newly_special=False) if case else None
    return replace(quiet, contact="refused") if quiet and meant is Meaning.NO_CONTACT else quiet


def _is_new_matter(talk: Talk, meant: Meaning) -> bool:
    turn = talk.turn
    if meant is not Meaning.MATTER or turn.case is None or Step.CONFIRM not in turn.asked:
        return False
    said = turn.text.lower()
    return any(marker in said for marker in wording.markers("another_matter"))


def _promise(hearing: Hearing, language: Language) -> str:
    who = hearing.owner or hearing.department or wording.words("team", language)
    if hearing.due_at is None:
        return str(wording.words("promise_without_time", language).format(who=who))
    due = datetime.fromisoformat(hearing.due_at)
    by = wording.moment(due, resources.now(), resources.policy(), language)
    return str(wording.words("promise", language).format(who=who, by=by))
