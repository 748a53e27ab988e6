"""The report of a drill on its page: the plan beside what it was, its course, how many of everything."""

from nicegui import ui

from bot.console.components import marks
from bot.console.visit import Visit
from bot.drills.report import counts, planned, rows, stretches
from ledger.views.drill_report import DrillReport
from ledger.views.drills import DrillLine

HEADS = ("drill.of_time", "drill.came", "drill.cases_opened", "drill.special_opened", "drill.answered_in")


def goals(visit: Visit, line: DrillLine) -> None:
    """The plan, line by line: planned, was, met; of a drill under way the plan alone."""
    say = visit.texts
    with ui.element("section").classes("qt-card"):
        ui.label(say("drill.plan")).classes("qt-heading")
        if line.report is None:
            for goal in line.plot.plan:
                ui.label(planned(goal, line.plot, say)).classes("qt-row")
            ends = visit.when(line.started_at + line.plot.takes)
            ui.label(say("drill.not_yet", at=ends)).classes("qt-strong")
            return
        for row, kept in zip(rows(line.report, line.plot, say), line.report.lines, strict=True):
            with ui.element("div").classes("qt-row"):
                with ui.element("div").classes("qt-line qt-unbroken"):
                    if kept.total:
                        word, tone = ("drill.yes", "green") if row.met else ("drill.no", "grave")
                        marks.tag(say(word), tone)
                    ui.label(row.planned).classes("qt-strong")
                ui.label(row.was).classes("qt-dim")


def course(visit: Visit, report: DrillReport) -> None:
    """What happened in each tenth of it."""
    say = visit.texts
    with ui.element("section").classes("qt-card qt-scroll"):
        ui.label(say("drill.course")).classes("qt-heading")
        with ui.element("table").classes("qt-table"):
            with ui.element("tr"):
                for head in HEADS:
                    with ui.element("th"):
                        ui.label(say(head))
            for cells in stretches(report, say):
                with ui.element("tr"):
                    for cell in cells:
                        with ui.element("td"):
                            ui.label(cell)


def numbers(visit: Visit, report: DrillReport) -> None:
    """How many of everything there were."""
    say = visit.texts
    with ui.element("section").classes("qt-card"):
        ui.label(say("drill.numbers")).classes("qt-heading")
        with ui.element("div").classes("qt-facts"):
            for label, number in counts(report, say):
                ui.label(label)
                ui.label(number)
