"""One line beside the queue: how many of my cases are due today yet (日清日毕); nothing when none is."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta

from nicegui import ui

from bot.console.visit import Visit
from ledger.views.rows import CaseRow


class DayLeft:
    """Follows the queue, from what that has read already; leads to the day's end."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        self._line = ui.link(target="/desk/day").classes("qt-card")
        with self._line:
            self._words = ui.label()
        self._line.set_visibility(False)

    def show(self, cases: Sequence[CaseRow]) -> None:
        """Count anew."""
        now = self._visit.now
        zone = self._visit.desk.policy.organisation.time_zone
        midnight = datetime.combine(now.astimezone(zone).date() + timedelta(days=1), time(), zone)
        due = [moment for case in cases if case.owner_id == self._visit.staff.id if (moment := _due(case))]
        left = [moment for moment in due if moment <= midnight]
        overdue = sum(moment <= now for moment in left)
        self._words.set_text(self._visit.texts("day.left", count=len(left), overdue=overdue))
        self._line.set_visibility(bool(left))


def _due(case: CaseRow) -> datetime | None:
    return case.running[0].due_at if case.running else None
