"""Every form that is open, what falls due first, and the way to a new one of the desk's own."""

from typing import Final

from nicegui import ui

from bot.console.components.buttons import lasting
from bot.console.components.form import form_link
from bot.console.layout import frame
from bot.console.opening import ask_which, kinds_for, open_new
from bot.console.visit import Visit, staff_page
from ledger.form_book import book
from ledger.views import forms as view

PATH: Final = "/desk/forms"


@staff_page(PATH)
async def forms(visit: Visit, kind: str = "") -> None:
    """All kinds, or one."""
    say = visit.texts
    async with visit.desk.database.transaction() as session:
        found = await view.open_forms(session, kind or None)

    async def begin() -> None:
        if chosen := await ask_which(visit, "desk"):
            await open_new(visit, chosen)

    with frame(visit, say("nav.forms"), here=PATH):
        with ui.element("div").classes("qt-actions"):
            options = {"": say("form_page.all")} | {
                key: form.names[say.language] for key, form in book().items()
            }
            choice = ui.select(options, value=kind if kind in options else "", label=say("form_page.kind"))
            choice.on_value_change(lambda event: ui.navigate.to(f"{PATH}?kind={event.value}"))
            choice.props("outlined dense").classes("qt-choice")
            if kinds_for(visit, "desk"):
                ui.button(say("form_page.open"), on_click=lasting(begin)).props("outline no-caps")
        with ui.element("section").classes("qt-card qt-lines"):
            for line in found:
                form_link(visit, line)
            if not found:
                ui.label(say("form_page.none_open")).classes("qt-dim")
