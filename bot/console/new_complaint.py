"""Entering a complaint that came by phone or at the counter."""

from nicegui import ui

from bot.console.components import forms
from bot.console.components.forms import Field
from bot.console.layout import frame
from bot.console.visit import Visit, staff_page
from ledger.models import Case
from ledger.services import cases
from ledger.vocabulary import Category, Language, Remedy, Signal

PATH = "/desk/new"


@staff_page(PATH)
async def new_complaint(visit: Visit) -> None:
    """The story in the customer's words first; contact only with their consent (playbook A10)."""
    say = visit.texts
    about = {
        "narrative": Field("new.narrative", "text"),
        "category": Field("new.category", "choice", say.options("category")),
        "remedies": Field("new.remedies", "several", say.options("remedy"), [], required=False),
        "signals": Field("new.signals", "several", say.options("signal"), [], required=False),
        "channel": Field(
            "new.channel", "choice", {key: say.word("channel", key) for key in ("phone", "walk_in")}, "phone"
        ),
        "language": Field("new.language", "choice", say.options("language"), visit.staff.language.value),
    }
    person = {
        "name": Field("customer.name", required=False),
        "phone": Field("customer.phone", required=False),
        "email": Field("customer.email", required=False),
    }
    with frame(visit, say("nav.new_complaint"), here=PATH), ui.element("section").classes("qt-card qt-form"):
        story = forms.build(say, about)
        consent = ui.checkbox(say("new.consent"))
        with ui.element("div").classes("qt-form").bind_visibility_from(consent, "value"):
            contact = forms.build(say, person)
        ui.button(say("new.submit"), on_click=lambda: enter()).props("unelevated no-caps")

    async def enter() -> None:
        told, known = forms.values(say, about, story), forms.values(say, person, contact)
        if told is None or known is None:
            return

        async def deed() -> Case:
            async with visit.desk.database.transaction() as session:
                return await cases.enter_by_staff(
                    session,
                    staff=visit.staff,
                    channel=told["channel"],
                    narrative=told["narrative"],
                    category=Category(told["category"]),
                    language=Language(told["language"]),
                    remedies=[Remedy(word) for word in told["remedies"]],
                    signals=[Signal(word) for word in told["signals"]],
                    consented=consent.value,
                    policy=visit.desk.policy,
                    now=visit.now,
                    **{name: value or None for name, value in known.items()},
                )

        if case := await visit.act(deed):
            ui.navigate.to(f"/desk/complaints/{case.number}")
