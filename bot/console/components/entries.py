"""A line of the ledger for a reader: who did what, why, and what changed from what to what."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from nicegui import ui

from bot.console.components import marks
from bot.console.components.form_words import booked, fields_told, step_of_clock
from bot.console.components.grade import point_in_words
from bot.console.texts import Texts
from bot.console.visit import Visit
from ledger.form_book import book
from ledger.guard import advice
from ledger.severity import Point
from ledger.views.complaints import EntryLine
from ledger.vocabulary import ActorKind, FactKind

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
    "crisis": "crisis_type",
    "signs": "rekindling_sign",
    "secret_grade": "secret_grade",
    "view": "view_kind",
    "ground": "ground",
}


MOMENTS = frozenset({"due_at", "started_at", "stopped_at", "breached_at", "since", "until"})
PEOPLE = frozenset({"owner", "holder", "staff", "told", "assignee", "to", "by"})
FACTS = frozenset(FactKind)
# For who proves the ledger, not for who reads it.
UNSHOWN = frozenset(
    {
        "message",
        "script",
        "clock",
        "conversation",
        "edit",
        "attachment",
        "task",
        "text_sha256",
        "gathered",
        "sha256",
    }
)
RATED = re.compile(r"rating (\d)")
OF_FORMS = frozenset({"form", "form_kind", "step", "state"})
"""What an entry about a form tells in the words of its kind."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads the entries, and the names for what stands in them as a username or a key."""

    visit: Visit
    people: Mapping[str, str]
    departments: Mapping[str, str]


def entry(reader: Reader, line: EntryLine) -> None:
    """One entry of the case's book; of a sealed one only that it is there."""
    say = reader.visit.texts
    if line.sealed:
        with ui.element("div").classes("qt-entry"):
            ui.label(reader.visit.when(line.at)).classes("qt-dim")
            ui.label(say("secrecy.sealed", grade=say.word("secret_grade", line.grade)))
        return
    with ui.element("div").classes("qt-entry"):
        ui.label(reader.visit.when(line.at)).classes("qt-dim")
        with ui.element("div"):
            with ui.element("div").classes("qt-line"):
                ui.label(say.word("action", line.action)).classes("qt-strong")
                _about_form(reader, line)
                ui.label(actor_in_words(reader, line)).classes("qt-dim")
                if line.grade:
                    marks.tag(say.word("secret_grade", line.grade), "warn")
            if line.reason:
                ui.label(say("entry.reason", reason=reason_in_words(say, line.reason, line.after or {})))
            for change in changes(reader, line):
                ui.label(change).classes("qt-dim qt-text")


def _about_form(reader: Reader, line: EntryLine) -> None:
    after = line.after or {}
    if name := form_told(reader.visit.texts, after):
        ui.link(name, f"/desk/forms/{after['form']}")


def form_told(say: Texts, after: Mapping[str, Any]) -> str | None:
    """Which kind of form an entry is about, and the step that was taken; None when it is about none."""
    form = book().get(after.get("form_kind", ""))
    if form is None:
        return None
    step = form.steps.get(after.get("step", ""))
    name = form.names[say.language]
    return say("entry.step", form=name, step=step.names[say.language]) if step else name


def reason_in_words(say: Texts, reason: str, after: Mapping[str, Any]) -> str:
    """A word of ours, what somebody wrote, the rating given, or the step of a form that stopped a clock."""
    if rated := RATED.fullmatch(reason):
        return say("case.stars", stars=rated[1])
    word = say.word("reason", reason)
    step = step_of_clock(reason, after.get("kind")) if word == reason else None
    return step.names[say.language] if step else word


def actor_in_words(reader: Reader, line: EntryLine) -> str:
    """A member of staff by name, everybody else by what they are."""
    if line.actor_kind is ActorKind.STAFF:
        return reader.people.get(line.actor, line.actor)
    return reader.visit.texts.word("actor", line.actor_kind)


def changes(reader: Reader, line: EntryLine) -> Iterator[str]:
    """``before → after`` of every field that the entry tells."""
    say = reader.visit.texts
    for name, was, is_now in _told(reader, line):
        if was and is_now and was != is_now:
            yield say("entry.changed", field=name, before=was, after=is_now)
        elif was != is_now:
            yield say("entry.set", field=name, value=was or is_now)


def _told(reader: Reader, line: EntryLine) -> Iterator[tuple[str, str, str]]:
    """Each field the entry tells of: its name, what stood there, what stands there now."""
    say, before, after = reader.visit.texts, line.before or {}, line.after or {}
    unshown = UNSHOWN | {"reasons"} if line.reason else UNSHOWN
    if form := book().get(after.get("form_kind", "")):
        yield from booked(reader.visit, reader.people, form, before, after)
        unshown = unshown | {*OF_FORMS, *fields_told(form, after)}
    for field in [name for name in {**before, **after} if name not in unshown]:
        name = say.word("fact" if field in FACTS else "field", field)
        yield name, _value(reader, field, before.get(field)), _value(reader, field, after.get(field))


def _value(reader: Reader, field: str, value: Any) -> str:
    say = reader.visit.texts
    if value is None or value == [] or value == "":
        return ""
    if isinstance(value, bool):
        return say("entry.yes" if value else "entry.no")
    if field == "called":
        return _team(reader, value)
    if isinstance(value, dict):
        told = (f"{say.word('field', key)} {_value(reader, key, one)}" for key, one in value.items())
        return say("format.and").join(told)
    if field == "points":
        return say("format.and").join(point_in_words(say, Point(**one)) for one in value)
    if isinstance(value, list):
        return say("format.and").join(_value(reader, field, one) for one in value)
    if field in MOMENTS:
        return reader.visit.when(datetime.fromisoformat(value))
    if field in PEOPLE:
        return reader.people.get(value) or say.word("rung", value)
    if field == "rule":
        return advice(value, say.language).name
    if field == FactKind.DATE:
        return str(value).replace("T", " ").strip()
    if field in ("department", "departments"):
        return reader.departments.get(value, str(value))
    return _word(say, field, value)


def _team(reader: Reader, called: Mapping[str, list[str]]) -> str:
    """Who was called to what; a part nobody took is not told of."""
    say, roles = reader.visit.texts, reader.visit.desk.policy.team.roles
    names = {key: role.names[say.language] for key, role in roles.items()}
    parts = (f"{names.get(key, key)} {_value(reader, 'to', who)}" for key, who in called.items() if who)
    return say("format.and").join(parts)


def _word(say: Texts, field: str, value: Any) -> str:
    """A word of the field's vocabulary; what a notice is about shares the name ``kind`` with the clocks."""
    word = say.word(VOCABULARIES.get(field, "value"), value)
    return say.word("notice_kind", value) if field == "kind" and word == value else word
