"""Who delayed what (playbook D8 不得推诿): by person, by department, and each delay with the reason given."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Final
from urllib.parse import quote

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
SHOWN: Final = 50


@staff_page(PATH, role=Role.SUPERVISOR)
async def delayed(visit: Visit, days: int = 30, owner: str = "") -> None:
    """The delays of the last ``days`` days, of one person if ``owner`` (a username) is given."""
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
            _by_person(visit, found, people, days)
            with _card(visit, "delays.by_department"):
                for key, sums in summed(found, lambda one: one.department):
                    ui.label(words.department(key))
                    _sum(visit, sums)
        _all(visit, [one for one in found if not owner or one.owner == owner], people)


def _show(days: int) -> None:
    ui.navigate.to(f"{PATH}?days={days}")


def _by_person(visit: Visit, found: Sequence[Delay], people: Mapping[str, str], days: int) -> None:
    with _card(visit, "delays.by_person"):
        for username, sums in summed(found, lambda one: one.owner):
            if username:
                ui.link(people.get(username, username), f"{PATH}?days={days}&owner={quote(username)}")
            else:
                ui.label(visit.texts("case.no_owner"))
            _sum(visit, sums)


@contextmanager
def _card(visit: Visit, heading: str) -> Iterator[None]:
    with ui.element("section").classes("qt-card"):
        ui.label(visit.texts(heading)).classes("qt-heading").props("role=heading aria-level=2")
        with ui.element("div").classes("qt-facts"):
            yield


def _sum(visit: Visit, sums: Sum) -> None:
    say = visit.texts
    told = say("delays.sum", count=sums.count, longest=lasted(say, sums.longest))
    if sums.unexplained:
        told += say("delays.of_these", count=sums.unexplained)
    ui.label(told)


def _all(visit: Visit, found: Sequence[Delay], people: Mapping[str, str]) -> None:
    """Those without a word first, the newest first; the list of what is unexplained has all of them."""

    async def again() -> None:
        ui.navigate.reload()

    with ui.element("h2").classes("qt-heading"):
        ui.label(visit.texts("delays.each"))
        ui.label(f"{MOST}+" if len(found) == MOST else str(len(found))).classes("qt-count")
    shown = sorted(found, key=lambda one: one.reason is not None)[:SHOWN]
    delay_list(visit, shown, people, again)
    if len(found) > SHOWN:
        ui.label(visit.texts("delays.more", count=len(found) - SHOWN)).classes("qt-dim")
