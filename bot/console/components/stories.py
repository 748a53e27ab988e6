"""A published case of the anthology on a screen (playbook C1)."""

from nicegui import ui

from bot.console.components import marks
from bot.console.visit import Visit
from ledger.views.anthology import STORY, Story


def story(visit: Visit, told: Story, *, opened: bool = False) -> None:
    """Its title with what it teaches; the whole of it behind that."""
    say = visit.texts
    with ui.element("section").classes("qt-card"):
        with ui.element("div").classes("qt-line"):
            ui.label(told.title).classes("qt-strong")
            if told.category:
                marks.tag(say.word("category", told.category))
            ui.space()
            ui.link(told.number, f"/desk/forms/{told.number}").classes("qt-number")
        ui.label(told.lesson).classes("qt-text")
        with ui.expansion(say("anthology.whole"), value=opened).props("dense"):
            for part in STORY[1:-1]:
                if text := getattr(told, part):
                    ui.label(say(f"anthology.{part}")).classes("qt-strong")
                    ui.label(text).classes("qt-text")
