"""The reports that were made, and one of them beside the one before."""

from nicegui import ui

from bot import report_words
from bot.console.components import report as component
from bot.console.layout import frame
from bot.console.visit import Visit, staff_page
from bot.wording import Wording
from ledger.errors import NoSuchReport
from ledger.views.reports import PAGE, ReportDetail, ReportLine
from ledger.views.reports import report as read_one
from ledger.views.reports import reports as read

PATH = "/supervise/reports"


@staff_page(PATH)
async def reports(visit: Visit, before: int | None = None) -> None:
    """What the reader may read, the newest first; each with what it says first."""
    async with visit.desk.database.transaction() as session:
        lines = await read(session, reader=visit.staff, before=before)
    say = visit.texts
    with frame(visit, say("nav.reports"), here=PATH):
        words = Wording(say, visit.desk.policy, visit.now)
        with ui.element("div").classes("qt-list"):
            for line in lines:
                with ui.element("div").classes("qt-row"):
                    _line(visit, words, line)
        if not lines:
            ui.label(say("reports.none")).classes("qt-empty")
        if len(lines) == PAGE:
            ui.link(say("reports.earlier_ones"), f"{PATH}?before={lines[-1].id}")


@staff_page(PATH + "/{report_id}")
async def one_report(visit: Visit, report_id: int) -> None:
    """One report; it can be printed."""
    say = visit.texts
    try:
        async with visit.desk.database.transaction() as session:
            found = await read_one(session, report_id, reader=visit.staff)
    except NoSuchReport:
        with frame(visit, say("nav.reports"), here=PATH):
            ui.label(say("reports.unknown")).classes("qt-empty")
        return
    words = Wording(say, visit.desk.policy, visit.now)
    with frame(visit, report_words.title(words, found.report), here=PATH):
        ui.label(report_words.period(words, found.report)).classes("qt-dim")
        _around(visit, found)
        component.report(visit, found.report.content)


def _line(visit: Visit, words: Wording, line: ReportLine) -> None:
    with ui.element("div").classes("qt-line"):
        ui.link(report_words.title(words, line), f"{PATH}/{line.id}").classes("qt-strong")
        ui.space()
        ui.label(visit.when(line.generated_at)).classes("qt-dim")
    for sentence in report_words.analysis(words, line.content)[:2]:
        ui.label(sentence)


def _around(visit: Visit, found: ReportDetail) -> None:
    say = visit.texts
    with ui.element("div").classes("qt-actions qt-unprinted"):
        if found.earlier:
            ui.link(say("reports.earlier"), f"{PATH}/{found.earlier}")
        if found.later:
            ui.link(say("reports.later"), f"{PATH}/{found.later}")
        printing = ui.button(say("reports.print")).props("outline no-caps padding='2px 12px'")
        printing.on("click", js_handler="() => window.print()")
