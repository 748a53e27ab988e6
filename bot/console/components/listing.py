"""A list with a rule: each row says why it is there, since when, whose it is, and how long there is yet."""

from collections.abc import Sequence
from typing import Final

from nicegui import ui

from bot.console.components import marks
from bot.console.components.countdown import Countdown
from bot.console.visit import Visit
from bot.wording import Wording
from ledger.lists import Row, Subject

PAGES: Final = {
    Subject.CASE: "/desk/complaints/{number}",
    Subject.FORM: "/desk/forms/{number}",
    Subject.CONTACT: "/desk/contacts/{number}",
}


def listing(visit: Visit, rows: Sequence[Row], *, empty: str, live: bool = True) -> None:
    """The rows in their order; ``empty`` is said when there is none. What is not ``live`` does not tick."""
    if not rows:
        ui.label(empty).classes("qt-empty")
        return
    words = Wording(visit.texts, visit.desk.policy, visit.now)
    with ui.element("div").classes("qt-list"):
        for row in rows:
            with ui.element("div").classes("qt-row"):
                _row(visit, words, row, live)


def link_to(row: Row) -> None:
    """The number, leading to what it belongs to."""
    ui.link(row.number, PAGES[row.subject].format(number=row.number)).classes("qt-number")


def _row(visit: Visit, words: Wording, row: Row, live: bool) -> None:
    say = visit.texts
    with ui.element("div").classes("qt-line"):
        link_to(row)
        if row.demo:
            marks.demo(say)
        if row.special:
            marks.green_channel(say)
        ui.label(words.about(row.about)).classes("qt-strong")
        ui.space()
        if live and row.due_at:
            Countdown(visit, row.due_at)
    for reason in row.reasons:
        ui.label(words.sentence("list_reason", reason))
    with ui.element("div").classes("qt-line qt-dim"):
        ui.label(f"{row.owner or say('case.no_owner')} · {words.department(row.department)}")
        ui.label(say("lists.since", at=words.when(row.since)))
