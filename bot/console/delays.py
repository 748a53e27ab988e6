"""Who delayed what (playbook D8 不得推诿): by person, by department, and each delay with the reason given."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from nicegui import ui

from bot.console.components.delays import delay_list, lasted
from bot.console.layout import frame
from bot.console.visit import Visit, staff_page
from bot.wording import Wording
from ledger.services import staff as accounts
from ledger.views.delays import MOST, Delay, Sum, delays, summed
from ledger.vocabulary import Role

PATH: Final = "/supervise/delays"
PERIODS: Final = (7, 30, 90)


@staff_page(PATH, role=Role.SUPERVISOR)
async def delayed(visit: Visit, days: int = 30) -> None:
    """The delays of the last ``days`` days."""
    days = days if days in PERIODS else 30
    async with visit.desk.database.transaction() as session:
        found = await delays(session, since=visit.now - timedelta(days=days), now=visit.now)
        people = {one.username: one.name for one in await accounts.list_staff(session, disabled=True)}
    say = visit.texts
    words = Wording(say, visit.desk.policy, visit.now)
    with frame(visit, say("nav.delays"), here=PATH):
        ui.label(say("delays.about")).classes("qt-dim")
        periods = {period: say("figures.days", days=period) for period in PERIODS}
        chosen = ui.toggle(periods, value=days, on_change=lambda event: _show(event.value))
        chosen.props("no-caps unelevated")
        if not found:
            ui.label(say("delays.none")).classes("qt-empty")
            return
        with ui.element("div").classes("qt-halves"):
            by_person = summed(found, lambda one: people.get(one.owner or "", one.owner))
            _sums(visit, "delays.by_person", [(who or say("case.no_owner"), sums) for who, sums in by_person])
            places = summed(found, lambda one: one.department)
            _sums(visit, "delays.by_department", [(words.department(key), sums) for key, sums in places])
        _all(visit, found, people)


def _show(days: int) -> None:
    ui.navigate.to(f"{PATH}?days={days}")


def _sums(visit: Visit, heading: str, rows: Sequence[tuple[str, Sum]]) -> None:
    say = visit.texts
    with ui.element("section").classes("qt-card"):
        ui.label(say(heading)).classes("qt-heading").props("role=heading aria-level=2")
        with ui.element("div").classes("qt-facts"):
            for who, sums in rows:
                ui.label(who)
                told = say("delays.sum", count=sums.count, longest=lasted(say, sums.longest))
                if sums.unexplained:
                    told += say("delays.of_these", count=sums.unexplained)
                ui.label(told)


def _all(visit: Visit, found: list[Delay], people: dict[str, str]) -> None:
    async def again() -> None:
        ui.navigate.reload()

    with ui.element("h2").classes("qt-heading"):
        ui.label(visit.texts("delays.each"))
        ui.label(f"{MOST}+" if len(found) == MOST else str(len(found))).classes("qt-count")
    delay_list(visit, found, people, again)
