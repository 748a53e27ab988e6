"""A law note on a screen (法规备忘, playbook D7): for the agent's own reading; nothing here sends it."""

from collections.abc import Sequence

from nicegui import ui

from bot.console.components import marks
from bot.console.visit import Visit
from ledger.law_book import LawNote, Provision, law_book
from ledger.parts import Names

PATH = "/desk/law"


def not_advice(visit: Visit) -> None:
    """What it is and what it is not, wherever notes are shown."""
    ui.label(visit.texts("law.not_advice")).classes("qt-dim")


def law_line(visit: Visit, key: str) -> None:
    """A note in a list: its title leads to the whole of it."""
    note, say = law_book().notes[key], visit.texts
    ui.link(note.title[say.language], f"{PATH}/{key}").classes("qt-strong")
    ui.label(note.when[say.language]).classes("qt-text qt-dim")


def law_note(visit: Visit, key: str) -> None:
    """A note beside a conversation: unfolded in place, since whoever reads it is in the middle of a reply."""
    note, say = law_book().notes[key], visit.texts
    with ui.element("div"):
        ui.label(note.title[say.language]).classes("qt-strong")
        ui.label(note.when[say.language]).classes("qt-text qt-dim")
        with ui.expansion(say("law.whole")).props("dense"), ui.element("div").classes("qt-law"):
            what_to_say(visit, note)
            what_it_says(visit, note)


def what_to_say(visit: Visit, note: LawNote) -> None:
    """What one may say and what not, and when the lawyers are asked."""
    _points("law.may", visit, note.may)
    _points("law.may_not", visit, note.may_not)
    with ui.element("div"):
        ui.label(visit.texts("law.ask")).classes("qt-strong")
        ui.label(note.ask[visit.texts.language]).classes("qt-text")


def what_it_says(visit: Visit, note: LawNote) -> None:
    """What the law says, by article, and as of when."""
    say = visit.texts
    ui.label(say("law.says")).classes("qt-strong")
    for one in note.says:
        _provision(visit, one)
    with ui.element("div").classes("qt-line"):
        ui.label(say("law.as_of", day=note.as_of.isoformat())).classes("qt-dim")
        if note.is_old(visit.local(visit.now).date(), visit.desk.policy.law.recheck_after):
            marks.tag(say("law.recheck"), "warn")


def _points(key: str, visit: Visit, points: Sequence[Names]) -> None:
    with ui.element("div"):
        ui.label(visit.texts.entries[key]).classes("qt-strong")
        with ui.element("ul").classes("qt-law-points"):
            for point in points:
                with ui.element("li"):
                    ui.label(point[visit.texts.language]).classes("qt-text")


def _provision(visit: Visit, one: Provision) -> None:
    say, law = visit.texts, law_book().laws[one.law]
    numbers = say("format.and").join(str(number) for number in one.articles)
    name = law.names[say.language]
    source = say("law.article", law=name, numbers=numbers) if numbers else name
    with ui.element("div"):
        ui.label(one.text[say.language]).classes("qt-text")
        ui.label(say("law.source", source=source, version=law.version[say.language])).classes("qt-dim")
