"""Messages as a transcript shows them: who, what, in which stage, heard how, and how far it got."""

from nicegui import ui

from bot.console.components import marks
from bot.console.visit import Visit
from ledger.views.messages import File, Line
from ledger.vocabulary import Author, Delivery

SIDES = {Author.CUSTOMER: "theirs", Author.BOT: "ours", Author.AGENT: "ours", Author.SYSTEM: "between"}
QUIET = (None, Delivery.SENT)


def bubble(visit: Visit, line: Line) -> None:
    """One message; every text in it is shown as text, never as markup."""
    say = visit.texts
    with ui.element("article").classes(f"qt-message qt-{SIDES[line.author]} qt-by-{line.author}"):
        with ui.element("div").classes("qt-line qt-dim"):
            ui.label(line.name or say.word("author", line.author))
            ui.label(visit.when(line.at))
            if line.stage:
                marks.stage(say, line.stage)
        if line.text:
            ui.label(line.text).classes("qt-text")
        for file in line.attachments:
            _file(visit, file)
        for wording in line.edits:
            ui.label(say("message.edited", at=visit.when(wording.at), text=wording.text)).classes("qt-edit")
        if line.author is Author.CUSTOMER:
            _heard(visit, line)
        elif line.delivery not in QUIET:
            _delivery(visit, line)


def _heard(visit: Visit, line: Line) -> None:
    if not line.signals and not line.emotion:
        return
    with ui.element("div").classes("qt-line"):
        if line.emotion:
            marks.emotion(visit.texts, line.emotion)
        marks.signals(visit.texts, line.signals)


def _delivery(visit: Visit, line: Line) -> None:
    tone = "grave" if line.delivery is Delivery.FAILED else "warn"
    with ui.element("div").classes("qt-line"):
        marks.tag(visit.texts.word("delivery", line.delivery), tone)
        if line.delivery_error:
            ui.label(line.delivery_error).classes("qt-dim")


def _file(visit: Visit, file: File) -> None:
    address = f"/api/v1/files/{file.id}"
    if file.media_type.startswith("image/"):
        with ui.link(target=address, new_tab=True):
            ui.image(address).classes("qt-photo").props(f'alt="{visit.texts("message.photo")}" no-spinner')
    else:
        size = visit.texts("message.file", name=file.name, size=max(1, file.size // 1024))
        ui.link(size, address, new_tab=True)
