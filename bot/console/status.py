"""Whether all parts work, and what waits, for whoever runs the desk (docs/deployment.md, "Health")."""

from datetime import timedelta
from typing import Final

from nicegui import ui
from sqlalchemy.exc import SQLAlchemyError

from bot.condition import Condition, condition
from bot.console.layout import frame
from bot.console.visit import Visit, staff_page
from ledger.views.load import Load, load
from ledger.vocabulary import Role

PATH: Final = "/supervise/status"
SECONDS: Final = 5.0
REASONS: Final = ("database", "engine", "actions")


@staff_page(PATH, role=Role.ADMINISTRATOR)
async def status(visit: Visit) -> None:
    """Read anew every few seconds."""
    with frame(visit, visit.texts("nav.status"), here=PATH):
        page = ui.element("div").classes("qt-cards")

        async def show() -> None:
            found = await condition(visit.desk)
            carried = await _load(visit)
            page.clear()
            with page:
                _condition(visit, found)
                if carried is not None:
                    _numbers(visit, carried)
                    _queue(visit, carried)

        await show()
        ui.timer(SECONDS, show)


async def _load(visit: Visit) -> Load | None:
    """None while the database is away, which the condition tells."""
    try:
        async with visit.desk.database.transaction() as session:
            return await load(session, now=visit.now)
    except (SQLAlchemyError, OSError):
        return None


def _condition(visit: Visit, found: Condition) -> None:
    say = visit.texts
    with ui.element("section").classes("qt-card"):
        headline = "status.well" if found.ready else "status.unwell"
        ui.label(say(headline)).classes("qt-heading").props("role=heading aria-level=2")
        for part in REASONS:
            if part in found.reasons:
                _line("cancel", "negative", say(f"status.{part}_away"))
            else:
                _line("check_circle", "positive", say(f"status.{part}_well"))
            if part == "engine" and part in found.reasons:
                break  # the actions are asked through the engine
        for warning in found.warnings:
            _line("warning", "warning", say.word("warning", warning))


def _line(icon: str, colour: str, words: str) -> None:
    with ui.element("div").classes("qt-line"):
        ui.icon(icon, color=colour, size="20px")
        ui.label(words)


def _numbers(visit: Visit, carried: Load) -> None:
    numbers = {
        "status.unsettled": str(carried.unsettled),
        "status.oldest_unsettled": _duration(carried.oldest_unsettled),
        "status.waiting": str(carried.conversations.get("waiting", 0)),
        "status.oldest_waiting": _duration(carried.oldest_waiting),
        "status.clocks_overdue": str(sum(carried.clocks_overdue.values())),
        "status.on_their_way": str(sum(carried.deliveries.values())),
        "status.notices": str(carried.notices_pending),
    }
    with ui.element("div").classes("qt-numbers"):
        for key, number in numbers.items():
            with ui.element("div").classes("qt-card qt-figure"):
                ui.label(number).classes("qt-big")
                ui.label(visit.texts(key)).classes("qt-dim")


def _queue(visit: Visit, carried: Load) -> None:
    """Jobs by queue: what could be done now, what is being done, what is due later."""
    say = visit.texts
    states = ("waiting", "doing", "later")
    columns = [{"name": "queue", "label": say("status.queue"), "field": "queue", "align": "left"}]
    columns += [{"name": state, "label": say(f"status.{state}_jobs"), "field": state} for state in states]
    rows = [
        {
            "queue": say.word("queue_name", queue),
            **{state: carried.jobs.get((queue, state), 0) for state in states},
        }
        for queue in sorted({queue for queue, _ in carried.jobs})
    ]
    with ui.element("section").classes("qt-card"):
        ui.label(say("status.jobs")).classes("qt-heading").props("role=heading aria-level=2")
        if rows:
            ui.table(columns=columns, rows=rows, row_key="queue").props("flat dense")
        else:
            ui.label(say("status.no_jobs")).classes("qt-dim")


def _duration(seconds: float) -> str:
    return str(timedelta(seconds=round(seconds))) if seconds else "–"
