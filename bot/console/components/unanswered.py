"""The red bar of what came to no end: how many messages, since when, and the way to the first of them."""

from nicegui import ui

from bot.console.components.keyed import KeyedList
from bot.console.visit import Visit
from ledger.views.endings import Left, LooseEnds
from ledger.vocabulary import Role


class Unanswered:
    """For supervisors and administrators; hidden while there is nothing to tell."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        with ui.element("div").classes("qt-special-bar qt-unanswered") as self._bar:
            self._count = ui.label().classes("qt-strong")
            self._left = KeyedList[Left](
                lambda row: row.conversation, lambda row: _link(visit, row), classes="qt-alert-list"
            )
        self._bar.set_visibility(False)

    def show(self, found: LooseEnds) -> None:
        """Bring the bar to what was found."""
        say = self._visit.texts
        counts = {
            "alert.unanswered": found.messages,
            "alert.replies_overdue": found.replies,
            "alert.notices_overdue": found.notices,
            "alert.clocks_unmarked": found.clocks,
        }
        since = self._visit.when(found.since)
        told = [say(key, count=count, since=since) for key, count in counts.items() if count]
        self._count.set_text(say("format.and").join(told))
        self._left.show(found.left)
        self._bar.set_visibility(bool(told) and self._visit.may(Role.SUPERVISOR))


def _link(visit: Visit, row: Left) -> None:
    name = row.customer or visit.texts("customer.unnamed", id=row.conversation)
    with ui.element("div").classes("qt-alert"):
        ui.link(name, f"/desk/conversations/{row.conversation}")
        ui.label(visit.when(row.since))
