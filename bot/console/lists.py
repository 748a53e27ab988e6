"""Every list with a rule: how many each finds now, and one of them whole."""

from nicegui import ui

from bot.console.components.listing import listing
from bot.console.layout import frame
from bot.console.visit import Visit, staff_page
from bot.wording import Wording
from ledger.errors import NoSuchList
from ledger.lists import LISTS, MOST, Row, list_called
from ledger.vocabulary import Role

PATH = "/supervise/lists"


@staff_page(PATH, role=Role.SUPERVISOR)
async def lists(visit: Visit) -> None:
    """All lists with their counts."""
    found = {key: await _find(visit, key, None) for key in LISTS}
    say = visit.texts
    with frame(visit, say("nav.lists"), here=PATH), ui.element("div").classes("qt-numbers qt-even"):
        for key, rows in found.items():
            with (
                ui.link(target=f"{PATH}/{key}").classes("qt-card qt-figure qt-way"),
                ui.element("div"),
            ):
                ui.label(_count(rows)).classes("qt-big" if rows else "qt-big qt-nil")
                ui.label(say(f"list.{key}")).classes("qt-strong")
                ui.label(say(f"list_about.{key}")).classes("qt-dim")


@staff_page(PATH + "/{key}", role=Role.SUPERVISOR)
async def one_list(visit: Visit, key: str, department: str = "") -> None:
    """One list, everywhere or in one department."""
    say = visit.texts
    try:
        list_called(key)
    except NoSuchList:
        with frame(visit, say("nav.lists"), here=PATH):
            ui.label(say("lists.unknown")).classes("qt-empty")
        return
    rows = await _find(visit, key, department or None)
    with frame(visit, say(f"list.{key}"), here=PATH):
        ui.label(say(f"list_about.{key}")).classes("qt-dim")
        _departments(visit, key, department)
        with ui.element("h2").classes("qt-heading"):
            ui.label(say("lists.found"))
            ui.label(_count(rows)).classes("qt-count")
        listing(visit, rows, empty=say("lists.none"))


async def _find(visit: Visit, key: str, department: str | None) -> list[Row]:
    async with visit.desk.database.transaction() as session:
        return await list_called(key).find(
            session, policy=visit.desk.policy, now=visit.now, department=department
        )


def _count(rows: list[Row]) -> str:
    return f"{MOST}+" if len(rows) == MOST else str(len(rows))


def _departments(visit: Visit, key: str, chosen: str) -> None:
    words = Wording(visit.texts, visit.desk.policy, visit.now)
    options = {"": visit.texts("lists.everywhere")}
    options |= {one.key: words.department(one.key) for one in visit.desk.policy.departments}
    choice = ui.select(
        options,
        label=visit.texts("lists.department"),
        value=chosen if chosen in options else "",
        on_change=lambda event: ui.navigate.to(f"{PATH}/{key}?department={event.value}"),
    )
    choice.props("outlined dense").classes("qt-choice")
