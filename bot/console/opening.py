"""Opening a form by hand: which one, and then its page."""

from typing import Literal

from nicegui import ui

from bot.console.components import forms
from bot.console.components.forms import Field
from bot.console.visit import Visit
from ledger.form_book import book
from ledger.services import forms as papers


def kinds_for(visit: Visit, of: Literal["case", "desk"]) -> dict[str, str]:
    """The kinds of form that this person may open by hand, with their names."""
    return {
        kind: form.names[visit.texts.language]
        for kind, form in book().items()
        if form.by_hand and form.of == of and visit.may(form.role)
    }


async def ask_which(visit: Visit, of: Literal["case", "desk"]) -> str | None:
    """The kind somebody chose; None when they did not."""
    say = visit.texts
    fields = {"kind": Field("form_page.which", "choice", kinds_for(visit, of))}
    entered = await forms.ask(say, say("form_page.open"), say("form_page.open"), fields)
    return entered["kind"] if entered else None


async def open_new(visit: Visit, kind: str, number: str | None = None) -> None:
    """Open it, of the case ``number`` if it is of one, and go there."""

    async def deed() -> str:
        async with visit.desk.database.transaction() as session:
            opened = await papers.open_form(
                session,
                kind=kind,
                number=number,
                staff=visit.staff,
                policy=visit.desk.policy,
                now=visit.now,
            )
            return opened.number

    if opened := await visit.act(deed):
        ui.navigate.to(f"/desk/forms/{opened}")
