"""One form (处理单), to be read, filled in, led further and printed."""

from nicegui import ui

from bot.console.closed import closed
from bot.console.components.form import FormCard
from bot.console.components.form_asides import aside_of
from bot.console.layout import frame
from bot.console.news import on_news
from bot.console.visit import Visit, staff_page
from bot.live import News
from ledger.errors import NeedToKnow
from ledger.services import secrecy
from ledger.services import staff as accounts
from ledger.views import forms as view
from ledger.views.forms import FormDetail


@staff_page("/desk/forms/{number}")
async def form(visit: Visit, number: str) -> None:
    """Follows the database: built anew when something in it has changed, so that a click is never lost."""
    try:
        async with visit.desk.database.transaction() as session:
            await secrecy.open_form(
                session, number=number, staff=visit.staff, policy=visit.desk.policy, now=visit.now
            )
    except NeedToKnow as refused:
        closed(visit, refused)
        return
    async with visit.desk.database.transaction() as session:
        found = await view.form(session, number, visit.texts.language)
        people = {one.username: one.name for one in await accounts.list_staff(session)}
    if found is None:
        with frame(visit, visit.texts("form_page.no_such", number=number)):
            return
    title = f"{found.definition.names[visit.texts.language]} {number}"
    with frame(visit, title):
        page = ui.element("div")

    shown: list[FormDetail] = []

    async def show() -> None:
        try:
            async with visit.desk.database.transaction() as session:
                await secrecy.check_form(session, number=number, staff=visit.staff)
                stands = await view.form(session, number, visit.texts.language)
                aside = await aside_of(visit, session, stands, anew) if stands else None
        except NeedToKnow:
            ui.navigate.reload()
            return
        if stands is None or [stands] == shown:
            return
        shown[:] = [stands]
        page.clear()
        with page:
            FormCard(visit, stands, people, show, aside).show()

    async def anew() -> None:
        shown.clear()
        await show()

    on_news(visit.desk, show, "form", about=lambda news: _about(news, number))
    await show()


def _about(news: News, number: str) -> bool:
    return bool(news.get("form") == number)
