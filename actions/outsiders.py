"""Journalists and officials: what we ask them for, and the call or answer the ledger then holds (B3, B10)."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from actions import officials, press, resources, wording
from actions.base import Talk
from actions.steps import Known, Step
from ledger.services import callbacks
from ledger.services.callbacks import CallBack
from ledger.services.cases import Hearing
from ledger.special import OFFICIAL
from ledger.vocabulary import Language

SAID_AT_FIRST = frozenset({Step.OUTLET, Step.PRESS})
"""Steps that begin with the holding statement, if nobody heard it yet."""


async def report(talk: Talk, hearing: Hearing) -> Hearing:
    """Have headquarters and the departments know of an authority, at once; how the case stands then."""
    await callbacks.report_official(talk.session, **_now(talk))
    return replace(hearing, reasons=[*dict.fromkeys([*hearing.reasons, OFFICIAL])])


async def prepare(talk: Talk, step: Step, known: Known) -> None:
    """Have at hand what the script of ``step`` is filled with, and who is owed a call in the ledger."""
    language = talk.turn.language
    if asked_for := _asked_for(step, known):
        talk.slots["details"] = wording.listed("details", asked_for, language)
    if step in SAID_AT_FIRST:
        talk.slots["holding"] = _holding(known, talk)
    if step is Step.PRESS:
        owed = await callbacks.have_spokesperson_call(talk.session, **_now(talk))
        talk.slots["promise"] = _word("spokesperson", owed, known, talk)
    if step is Step.REPORTED:
        owed = await callbacks.report_official(talk.session, **_now(talk))
        talk.slots["promise"] = _word("authority", owed, known, talk)


def _asked_for(step: Step, known: Known) -> list[str]:
    """What ``step`` asks for; some things are asked for once only."""
    if step in (Step.OUTLET, Step.DETAILS):
        once = press.OPTIONAL if step is Step.DETAILS else frozenset()
        return [one for one in press.missing(known) if one not in once]
    if step in (Step.OFFICIAL, Step.CREDENTIALS):
        only_once = officials.PAPERS if step is Step.CREDENTIALS else ()
        return [one for one in officials.missing(known) if one not in only_once]
    return []


def _holding(known: Known, talk: Talk) -> str:
    """The holding statement; nothing once it was said, or where the statement on their subject was."""
    if Step.OUTLET in known.asked or talk.stated:
        return ""
    language = talk.turn.language
    said = resources.policy().press.holding_statement[language]
    return f"{said} " if language is Language.EN else said


def _now(talk: Talk) -> dict[str, Any]:
    return {"message_id": talk.turn.message_id, "policy": resources.policy(), "now": resources.now()}


def _word(who: str, owed: CallBack, known: Known, talk: Talk) -> str:
    """Who calls back, or answers here, and by when."""
    policy, language = resources.policy(), talk.turn.language
    by = wording.moment(datetime.fromisoformat(owed.due_at), resources.now(), policy, language)
    how = "called" if known.contact_known else "written"
    return str(wording.words(who, language)[how]).format(who=owed.department, by=by)
