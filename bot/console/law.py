"""Law notes (法规备忘, playbook D7): looked up by agents; the legal department decides."""

from urllib.parse import quote

from nicegui import ui

from bot.console.components.law import PATH, law_line, not_advice, what_it_says, what_to_say
from bot.console.layout import frame
from bot.console.visit import Visit, staff_page
from ledger.law_book import law_book


@staff_page(PATH)
async def law(visit: Visit, q: str = "") -> None:
    """Every note, or those with the words."""
    say, words = visit.texts, q[:200]
    with frame(visit, say("nav.law"), here=PATH):
        not_advice(visit)
        with ui.element("div").classes("qt-filters"):
            wanted = ui.input(say("law.words"), value=words).props("outlined dense clearable")

            def go() -> None:
                ui.navigate.to(f"{PATH}?q={quote(wanted.value or '')}")

            wanted.classes("qt-search").on("keydown.enter", go)
            ui.button(say("search.find"), icon="search", on_click=go).props("unelevated no-caps")
        found = law_book().found(words)
        with ui.element("div").classes("qt-list"):
            for key in found:
                with ui.element("div").classes("qt-row"):
                    law_line(visit, key)
        if not found:
            ui.label(say("law.not_found")).classes("qt-empty")
        ui.label(say("law.mainland")).classes("qt-dim")


@staff_page(PATH + "/{key}")
async def one_note(visit: Visit, key: str) -> None:
    """One note, whole."""
    say, note = visit.texts, law_book().notes.get(key)
    if note is None:
        with frame(visit, say("nav.law"), here=PATH):
            ui.label(say("law.not_found")).classes("qt-empty")
        return
    with frame(visit, note.title[say.language], here=PATH):
        ui.label(note.when[say.language]).classes("qt-text")
        not_advice(visit)
        with ui.element("div").classes("qt-columns"):
            with ui.element("section").classes("qt-card qt-law"):
                what_to_say(visit, note)
            with ui.element("section").classes("qt-card qt-law"):
                what_it_says(visit, note)
        ui.label(say("law.mainland")).classes("qt-dim")
