"""The lines of a file that could not be used, each with what is wrong with it."""

from collections.abc import Sequence

from nicegui import ui

from bot.console.visit import Visit

SHOWN = 50


async def tell_faults(visit: Visit, faults: Sequence[tuple[int, str]]) -> None:
    """In a dialog, until it is closed; ``faults`` are line numbers and codes (``column:name``)."""
    say = visit.texts
    with ui.dialog() as dialog, ui.card().classes("qt-form"):
        ui.label(say("faults.title", count=len(faults))).classes("qt-heading")
        for line, code in faults[:SHOWN]:
            what, _, name = code.partition(":")
            ui.label(say("faults.line", line=line, what=say.word("fault", what), name=name))
        ui.button(say("faults.close"), on_click=lambda: dialog.submit(None)).props("flat no-caps")
    await dialog
    dialog.delete()
