"""A report on a page: what it amounts to, figures beside those of before, lists, what was asked for."""

from collections.abc import Sequence

from nicegui import ui

from bot import report_words
from bot.console.components.listing import listing
from bot.console.components.quotes import quotes
from bot.console.visit import Visit
from bot.wording import Wording
from ledger.reports import Content, Figure, Section


def report(visit: Visit, content: Content) -> None:
    """The whole content; what is empty is left out."""
    words = Wording(visit.texts, visit.desk.policy, visit.now)
    with ui.element("section").classes("qt-card"):
        _heading(visit.texts("reports.analysis"))
        with ui.element("ul").classes("qt-conclusions"):
            for sentence in report_words.analysis(words, content):
                with ui.element("li"):
                    ui.label(sentence)
    filled = [section for section in content.sections if not section.empty]
    first, rest = filled[:1], filled[1:]
    for section in first:
        _numbers(words, section.figures)
    for section in rest:
        if section.quotes:
            quotes(visit, words, section)
    with ui.element("div").classes("qt-halves"):
        for section in rest:
            if section.figures:
                _table(words, section)
    for section in rest:
        if section.rows or section.notes:
            _section(visit, words, section)


def _numbers(words: Wording, figures: Sequence[Figure]) -> None:
    with ui.element("div").classes("qt-numbers qt-even"):
        for one in figures:
            with ui.element("div").classes("qt-card qt-figure"):
                ui.label(str(one.value)).classes("qt-big" if one.value else "qt-big qt-nil")
                ui.label(words.about(one.about)).classes("qt-dim")
                if one.before is not None:
                    ui.label(words.texts("reports.was", before=one.before)).classes("qt-dim")


def _table(words: Wording, section: Section) -> None:
    """Figures in lines: what, how many, and how many before."""
    with ui.element("section").classes("qt-card"):
        _heading(words.texts(f"report_section.{section.key}"))
        with ui.element("div").classes("qt-facts"):
            for one in section.figures:
                ui.label(words.about(one.about))
                ui.label(report_words.figure(words, one))


def _section(visit: Visit, words: Wording, section: Section) -> None:
    with ui.element("section").classes("qt-told"):
        _heading(words.texts(f"report_section.{section.key}"), len(section.rows) + section.more)
        if section.rows:
            listing(visit, section.rows, empty="", live=False)
        if section.more:
            ui.label(words.texts("reports.more", count=section.more)).classes("qt-dim")
        for note in section.notes:
            with ui.element("div").classes("qt-card"):
                with ui.element("div").classes("qt-line"):
                    ui.link(note.number, f"/desk/forms/{note.number}").classes("qt-number")
                    ui.label(f"{note.who} · {words.department(note.department)}").classes("qt-dim")
                ui.label(note.text).classes("qt-text")


def _heading(text: str, count: int = 0) -> None:
    with ui.element("h2").classes("qt-heading"):
        ui.label(text)
        if count:
            ui.label(str(count)).classes("qt-count")
