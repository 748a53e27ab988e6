"""What somebody sees of a graded case who does not need to know: that it is there, and whom to ask (C6)."""

from nicegui import ui

from bot.console.components.buttons import lasting
from bot.console.components.secrecy import grade_tag
from bot.console.layout import frame
from bot.console.news import on_news
from bot.console.visit import Visit
from ledger.errors import LedgerError, NeedToKnow
from ledger.services import access, secrecy


def closed(visit: Visit, error: NeedToKnow) -> None:
    """A page of its own in the place of the one that was asked for; it opens by itself when it may."""
    say = visit.texts
    with frame(visit, error.number), ui.element("section").classes("qt-card qt-form"):
        with ui.element("div").classes("qt-line"):
            grade_tag(say, error.grade)
            ui.label(say("secrecy.closed")).classes("qt-strong")
        ui.label(say(f"secrecy.rule.{error.grade}")).classes("qt-dim")
        ui.label(say("secrecy.ask_whom", names=say("format.and").join(error.ask)))
        button = ui.button(say("secrecy.ask"), on_click=lasting(lambda: ask())).props("unelevated no-caps")

    async def ask() -> None:
        async def deed() -> bool:
            async with visit.desk.database.transaction() as session:
                await access.ask(
                    session,
                    number=error.number,
                    staff=visit.staff,
                    policy=visit.desk.policy,
                    now=visit.now,
                )
            return True

        if await visit.act(deed, done=say("secrecy.asked", names=say("format.and").join(error.ask))):
            button.set_enabled(False)

    async def look_again() -> None:
        async with visit.desk.database.transaction() as session:
            try:
                await secrecy.permit_for(session, number=error.number, staff=visit.staff)
            except LedgerError:
                return
        ui.navigate.reload()

    on_news(visit.desk, look_again, "case", about=lambda news: news.get("number") == error.number)
