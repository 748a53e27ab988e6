"""What was said in spite of the guard, and what it held back, for supervisors (playbook A6)."""

from nicegui import ui

from bot.console.components import marks
from bot.console.components.cases import link_to_case
from bot.console.layout import frame
from bot.console.visit import Visit, staff_page
from ledger.guard import advice
from ledger.views.overrides import PAGE, Override
from ledger.views.overrides import overrides as read
from ledger.vocabulary import Role

PATH = "/supervise/guard"


@staff_page(PATH, role=Role.SUPERVISOR)
async def overrides(visit: Visit, before: int | None = None) -> None:
    """The newest first, a hundred a page."""
    async with visit.desk.database.transaction() as session:
        lines = await read(session, before=before)
    say = visit.texts
    with frame(visit, say("nav.guard"), here=PATH):
        ui.label(say("guard.about")).classes("qt-dim")
        with ui.element("div").classes("qt-list"):
            for line in lines:
                _line(visit, line)
        if not lines:
            ui.label(say("guard.none")).classes("qt-empty")
        if len(lines) == PAGE:
            ui.link(say("guard.earlier"), f"{PATH}?before={lines[-1].id}")


def _line(visit: Visit, line: Override) -> None:
    say = visit.texts
    with ui.element("div").classes("qt-row"):
        with ui.element("div").classes("qt-line"):
            ui.label(visit.when(line.at)).classes("qt-dim")
            who = line.who or say("guard.assistant")
            ui.label(say("guard.held_back" if line.held_back else "guard.overridden", who=who))
            ui.space()
            if line.complaint:
                link_to_case(line.complaint)
            ui.link(say("guard.transcript"), f"/desk/conversations/{line.conversation}")
        for one in line.findings:
            with ui.element("div").classes("qt-line"):
                marks.tag(advice(one.rule, say.language).name, "warn")
                key = "guard.quoted" if one.excerpt else "secrecy.words_hidden"
                ui.label(say(key, words=one.excerpt)).classes("qt-snippet")
