"""The list of contacts (联络名录, playbook D6): who is visited next, and taking them over from a file."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from nicegui import events, ui

from bot.console.components import forms
from bot.console.components.buttons import lasting
from bot.console.components.contacts import PATH, contact_line
from bot.console.components.faults import tell_faults
from bot.console.components.forms import Field
from bot.console.layout import frame
from bot.console.visit import Visit, staff_page
from bot.decoding import decoded
from ledger.errors import BadLines
from ledger.models import OutsideContact
from ledger.services import contacts_file, outside_contacts
from ledger.services import staff as accounts
from ledger.services.contacts_file import Imported
from ledger.services.outside_contacts import FIELDS, Details, read_details
from ledger.views.outside_contacts import contacts as listed
from ledger.vocabulary import ContactKind, Role

MB = 1024 * 1024


@staff_page(PATH)
async def contacts(visit: Visit, q: str = "", kind: str = "") -> None:
    """Supervisors and whoever speaks with the outside read all, others those they keep themselves."""
    chosen = ContactKind(kind) if kind in list(ContactKind) else None
    async with visit.desk.database.transaction() as session:
        found = await listed(session, staff=visit.staff, policy=visit.desk.policy, words=q[:200], kind=chosen)
        everything = await outside_contacts.reads_all(session, visit.staff, visit.desk.policy)
    say = visit.texts
    with frame(visit, say("nav.contacts"), here=PATH):
        with ui.element("div").classes("qt-line"):
            ui.label(say("contacts.about" if everything else "contacts.about_own")).classes("qt-dim")
            ui.space()
            if visit.may(Role.SUPERVISOR):
                press = lasting(lambda: _add(visit))
                ui.button(say("contacts.add"), on_click=press).props("outline no-caps")
        _filters(visit, q, chosen)
        with ui.element("div").classes("qt-list"):
            for line in found:
                with ui.element("div").classes("qt-row"):
                    contact_line(visit, line)
        if not found:
            ui.label(say("contacts.not_found" if q or chosen else "contacts.none")).classes("qt-empty")
        if visit.may(Role.SUPERVISOR):
            _upload(visit)


def _filters(visit: Visit, q: str, chosen: ContactKind | None) -> None:
    say = visit.texts
    with ui.element("div").classes("qt-filters"):
        words = (
            ui.input(say("contacts.words"), value=q).props("outlined dense clearable").classes("qt-search")
        )
        kinds = {"": say("contacts.all_kinds"), **say.options("contact_kind")}
        which = ui.select(kinds, label=say("contacts.kind"), value=chosen or "").props("outlined dense")

        def go() -> None:
            ui.navigate.to(f"{PATH}?{urlencode({'q': words.value or '', 'kind': which.value})}")

        words.on("keydown.enter", go)
        which.on_value_change(go)
        ui.button(say("search.find"), icon="search", on_click=go).props("unelevated no-caps")


async def ask_details(visit: Visit, title: str, now: Mapping[str, Any]) -> Details | None:
    """Ask for what is written of a contact; None when it was cancelled or cannot be read, which is said."""
    say = visit.texts
    async with visit.desk.database.transaction() as session:
        people = {one.username: one.name for one in await accounts.list_staff(session)}
    options = {"kind": say.options("contact_kind"), "keeper": people}
    fields = {
        field: Field(
            f"contacts.{field}",
            "choice" if field in options else "text" if field == "note" else "line",
            options.get(field),
            now.get(field),
            required=field in contacts_file.NEEDED,
        )
        for field in FIELDS
    }
    entered = await forms.ask(say, title, say("contacts.save"), fields)
    if entered is None:
        return None
    try:
        return read_details({field: str(value or "") for field, value in entered.items()})
    except ValueError as error:
        ui.notify(say.word("fault", error), type="warning", textColor="white")
        return None


async def _add(visit: Visit) -> None:
    details = await ask_details(visit, visit.texts("contacts.add"), {"keeper": visit.staff.username})
    if details is None:
        return

    async def deed() -> OutsideContact:
        async with visit.desk.database.transaction() as session:
            return await outside_contacts.add(session, details=details, staff=visit.staff, now=visit.now)

    if made := await visit.act(deed):
        ui.navigate.to(f"{PATH}/{made.number}")


def _upload(visit: Visit) -> None:
    say = visit.texts
    with ui.element("section").classes("qt-card"):
        ui.upload(
            on_upload=lambda event: _take(visit, event), auto_upload=True, max_file_size=5 * MB, max_files=1
        ).props(f'flat bordered accept=".csv,.txt" label="{say("contacts.upload")}"')
        ui.label(say("contacts.columns", columns=", ".join(FIELDS))).classes("qt-dim")


async def _take(visit: Visit, event: events.UploadEventArguments) -> None:
    content = await event.file.read()

    async def deed() -> Imported | BadLines:
        try:
            async with visit.desk.database.transaction() as session:
                return await contacts_file.import_contacts(
                    session, text=decoded(content), by=visit.staff, now=visit.now
                )
        except BadLines as refused:
            return refused

    taken = await visit.act(deed)
    if isinstance(taken, BadLines):
        await tell_faults(visit, taken.faults)
    elif taken:
        ui.notify(visit.texts("contacts.imported", new=taken.new, known=taken.known), type="positive")
        ui.navigate.to(PATH)
