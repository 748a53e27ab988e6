"""What is to be done about a case now, above everything else: what falls due next, and the plan."""

from typing import Final

from nicegui import ui

from bot.console.components.clocks import countdown, soonest_of
from bot.console.visit import Visit
from ledger.form_book import book
from ledger.views.complaints import ComplaintDetail
from ledger.views.grading import grade_of
from ledger.vocabulary import CaseStatus

SOONEST: Final = 3


def now_card(visit: Visit, found: ComplaintDetail) -> None:
    """Of an open case: the next deadlines with the form each belongs to, and the steps of its grade."""
    if found.complaint.state is not CaseStatus.OPEN:
        return
    with ui.element("section").classes("qt-card"):
        _content(visit, found)


def _content(visit: Visit, found: ComplaintDetail) -> None:
    say = visit.texts
    ui.label(say("grade.todo")).classes("qt-heading").props("role=heading aria-level=2")
    with ui.element("div").classes("qt-halves"):
        with ui.element("div"):
            _deadlines(visit, found)
        with ui.element("ol").classes("qt-todo"):
            for step in grade_of(found, visit.desk.policy).todo:
                with ui.element("li"):
                    ui.label(step[say.language])


def _deadlines(visit: Visit, found: ComplaintDetail) -> None:
    running = soonest_of(clock for clock in found.clocks if clock.stopped_at is None)
    kinds = {form.number: form.kind for form in found.forms}
    for clock in running[:SOONEST]:
        with ui.element("div").classes("qt-line"):
            ui.label(visit.texts.word("clock_kind", clock.kind)).classes("qt-strong")
            countdown(visit, clock)
            if clock.form in kinds:
                name = book()[kinds[clock.form]].names[visit.texts.language]
                ui.link(name, f"/desk/forms/{clock.form}")
    if not running:
        ui.label(visit.texts("clock.none_due")).classes("qt-dim")
