"""The customer register (客户档案): looking somebody up, and taking over from a file (playbook C7)."""

from urllib.parse import quote

from nicegui import events, ui

from bot.console.components import marks
from bot.console.components.faults import tell_faults
from bot.console.layout import frame
from bot.console.visit import Visit, staff_page
from bot.decoding import decoded
from ledger.errors import BadLines
from ledger.services import register_file
from ledger.services.register_file import Imported
from ledger.views import customers as view
from ledger.views.customers import CustomerRow
from ledger.vocabulary import Role

PATH = "/desk/customers"
MB = 1024 * 1024


@staff_page(PATH)
async def customers(visit: Visit, q: str = "") -> None:
    """Supervisors find everybody, agents the customers of their own and their departments' cases."""
    say = visit.texts
    async with visit.desk.database.transaction() as session:
        found = await view.search(session, words=q, staff=visit.staff)
    with frame(visit, say("nav.customers"), here=PATH):
        ui.label(say("register.about")).classes("qt-dim")
        with ui.element("div").classes("qt-line"):
            words = ui.input(say("register.search"), value=q).props("outlined dense clearable")
            words.classes("qt-search")

            def go() -> None:
                ui.navigate.to(f"{PATH}?q={quote(words.value or '')}")

            words.on("keydown.enter", go)
            ui.button(say("register.go"), icon="search", on_click=go).props("unelevated no-caps")
        with ui.element("div").classes("qt-list"):
            for row in found:
                _row(visit, row)
        if not found:
            ui.label(say("register.none")).classes("qt-empty")
        if visit.may(Role.SUPERVISOR):
            _upload(visit)


def customer_name(visit: Visit, row: CustomerRow) -> str:
    """What the customer is called, or their number."""
    return row.name or visit.texts("register.unnamed", id=row.id)


def consent(visit: Visit, row: CustomerRow) -> str:
    """What is kept of a customer, or why nothing is."""
    say = visit.texts
    if row.erased_at and not row.consented:
        return say("register.erased", at=visit.when(row.erased_at))
    if row.consented:
        return say("register.kept")
    return say("register.refused" if row.refused else "register.not_kept")


def _row(visit: Visit, row: CustomerRow) -> None:
    say = visit.texts
    with ui.element("div").classes("qt-row"):
        with ui.element("div").classes("qt-line"):
            ui.link(customer_name(visit, row), f"{PATH}/{row.id}").classes("qt-strong")
            if row.special:
                marks.green_channel(say)
            ui.label(say("format.and").join(word for word in (row.phone, row.email) if word))
            ui.space()
            ui.label(say("register.cases", count=len(row.cases), open=row.open_cases)).classes("qt-dim")
        ui.label(consent(visit, row)).classes("qt-dim")


def _upload(visit: Visit) -> None:
    say = visit.texts
    with ui.element("section").classes("qt-card"):
        ui.upload(
            on_upload=lambda event: _take(visit, event), auto_upload=True, max_file_size=20 * MB, max_files=1
        ).props(f'flat bordered accept=".csv,.txt" label="{say("register.upload")}"')
        ui.label(say("register.columns")).classes("qt-dim")


async def _take(visit: Visit, event: events.UploadEventArguments) -> None:
    content = await event.file.read()

    async def deed() -> Imported:
        try:
            async with visit.desk.database.transaction() as session:
                return await register_file.import_customers(
                    session, text=decoded(content), by=visit.staff, policy=visit.desk.policy, now=visit.now
                )
        except BadLines as refused:
            return Imported(0, 0, refused.faults)

    taken = await visit.act(deed)
    if taken is None:
        return
    ui.notify(visit.texts("register.imported", new=taken.new, known=taken.known), type="positive")
    if taken.faults:
        await tell_faults(visit, taken.faults)
