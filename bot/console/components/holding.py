"""What everybody but the spokesperson says to a journalist (playbook B10): the holding statement, whole."""

from collections.abc import Awaitable, Callable
from functools import partial

from nicegui import ui
from sqlalchemy.ext.asyncio import AsyncSession

from bot.console.visit import Visit
from ledger.views.forms import FormDetail
from ledger.vocabulary import Language


async def holding(
    visit: Visit, session: AsyncSession, found: FormDetail, then: Callable[[], Awaitable[None]]
) -> Callable[[], None]:
    """Returns what shows the statement in every language: the journalist's may not be the reader's."""
    return partial(_show, visit)


def _show(visit: Visit) -> None:
    say = visit.texts
    ui.label(say("holding.heading")).classes("qt-heading").props("role=heading aria-level=2")
    with ui.element("section").classes("qt-card"), ui.element("div").classes("qt-facts"):
        for language in Language:
            ui.label(say.word("language", language))
            ui.label(visit.desk.policy.press.holding_statement[language]).classes("qt-text")
