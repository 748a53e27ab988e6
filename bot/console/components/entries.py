"""A line of the ledger for a reader: who did what, why, and what changed from what to what."""

from collections.abc import Iterator
from typing import Any

from nicegui import ui

from bot.console.texts import Texts
from bot.console.visit import Visit
from ledger.views.complaints import EntryLine
from ledger.vocabulary import ActorKind

# Fields whose values are words of a vocabulary.
VOCABULARIES = {
    "category": "category",
    "further_categories": "category",
    "severity": "severity",
    "stage": "stage",
    "status": "case_status",
    "type": "case_type",
    "signals": "signal",
    "reasons": "signal",
    "remedies": "remedy",
    "kind": "clock_kind",
    "clock": "clock_kind",
    "channel": "channel",
    "language": "language",
    "holding": "holding",
}


def entry(visit: Visit, line: EntryLine) -> None:
    """One entry of the case's book."""
    say = visit.texts
    with ui.element("div").classes("qt-entry"):
        ui.label(visit.when(line.at)).classes("qt-dim")
        with ui.element("div"):
            with ui.element("div").classes("qt-line"):
                ui.label(say.word("action", line.action)).classes("qt-strong")
                ui.label(actor_in_words(say, line)).classes("qt-dim")
            if line.reason:
                ui.label(say("entry.reason", reason=say.word("reason", line.reason)))
            for change in changes(say, line):
                ui.label(change).classes("qt-dim qt-text")


def actor_in_words(say: Texts, line: EntryLine) -> str:
    """A member of staff by name, everybody else by what they are."""
    return line.actor if line.actor_kind is ActorKind.STAFF else say.word("actor", line.actor_kind)


def changes(say: Texts, line: EntryLine) -> Iterator[str]:
    """``before → after`` of every field that the entry tells."""
    before, after = line.before or {}, line.after or {}
    for field in {**before, **after}:
        was, is_now = _value(say, field, before.get(field)), _value(say, field, after.get(field))
        name = say.word("field", field)
        if was and is_now:
            yield say("entry.changed", field=name, before=was, after=is_now)
        elif was or is_now:
            yield say("entry.set", field=name, value=was or is_now)


def _value(say: Texts, field: str, value: Any) -> str:
    if value is None or value == [] or value == "":
        return ""
    if isinstance(value, bool):
        return say("entry.yes" if value else "entry.no")
    if isinstance(value, list):
        return say("format.and").join(_value(say, field, one) for one in value)
    if isinstance(value, dict):
        return say("format.and").join(f"{key}: {one}" for key, one in value.items())
    return say.word(VOCABULARIES.get(field, "value"), value)
