"""The day's end of one's own (日清日毕, playbook B2): mine, my office's, and what we need."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from nicegui import ui
from sqlalchemy.ext.asyncio import AsyncSession

from bot.console.components import forms as asking
from bot.console.components.buttons import lasting
from bot.console.components.delays import delay_list
from bot.console.components.forms import Field
from bot.console.components.listing import listing
from bot.console.layout import frame
from bot.console.visit import Visit, staff_page
from ledger.lists import LISTS, Row
from ledger.services import forms
from ledger.services import staff as accounts
from ledger.services.departments import known
from ledger.views.delays import Delay, delays_of

PATH: Final = "/desk/day"


@dataclass(frozen=True, slots=True)
class _Day:
    office: str | None
    mine: list[Row]
    others: list[Row]
    nails: list[Row]
    visits: list[Row]
    late: list[Delay]
    people: Mapping[str, str]


@staff_page(PATH)
async def day(visit: Visit) -> None:
    """My own first; then my office's, if I belong to one."""
    async with visit.desk.database.transaction() as session:
        found = await _read(visit, session)
    say = visit.texts
    with frame(visit, say("nav.day"), here=PATH):
        with ui.element("div").classes("qt-line"):
            ui.label(say("list_about.day_end")).classes("qt-dim")
            ui.space()
            _resources(visit, found.office)
        _part(visit, say("day.mine"), found.mine, say("day.mine_none"))
        if found.visits:
            _part(visit, say("list.visits_due"), found.visits, "")
        if found.late:
            _heading(say("day.late"), len(found.late))
            delay_list(visit, found.late, found.people, _again)
        if found.office:
            _part(visit, say("day.office"), found.others, say("day.office_none"))
            if found.nails:
                _part(visit, say("list.nail_households"), found.nails, "")
                ui.label(say("list_about.nail_households")).classes("qt-dim")


async def _read(visit: Visit, session: AsyncSession) -> _Day:
    policy, now, me = visit.desk.policy, visit.now, visit.staff
    office = next((one.key for one in await known(session) if one.id == me.department_id), None)
    rows = await LISTS["day_end"].find(session, policy=policy, now=now, department=None)
    nails = await LISTS["nail_households"].find(session, policy=policy, now=now, department=office)
    visits = await LISTS["visits_due"].find(session, policy=policy, now=now, department=None)
    since = now - policy.lists.unexplained.within
    return _Day(
        office=office,
        mine=[row for row in rows if row.owner_id == me.id],
        others=[row for row in rows if row.owner_id != me.id and row.department == office],
        nails=nails if office else [],
        visits=[row for row in visits if row.owner_id == me.id],
        late=await delays_of(session, me.username, since=since, now=now),
        people={one.username: one.name for one in await accounts.list_staff(session)},
    )


def _part(visit: Visit, heading: str, rows: list[Row], empty: str) -> None:
    _heading(heading, len(rows))
    listing(visit, rows, empty=empty)


def _heading(text: str, count: int) -> None:
    with ui.element("h2").classes("qt-heading"):
        ui.label(text)
        ui.label(str(count) if count else "").classes("qt-count")


async def _again() -> None:
    ui.navigate.reload()


def _resources(visit: Visit, office: str | None) -> None:
    """Ask for people, parts or authority; it stands in today's report (playbook B2)."""
    say = visit.texts

    async def deed(wanted: str, numbers: str) -> None:
        async with visit.desk.database.transaction() as session:
            await forms.open_form(
                session,
                kind="resources",
                staff=visit.staff,
                policy=visit.desk.policy,
                now=visit.now,
                filled={"department": office, "wanted": wanted, "cases": numbers or None},
            )

    async def press() -> None:
        fields = {"wanted": Field("day.wanted", "text"), "cases": Field("day.cases", required=False)}
        if entered := await asking.ask(say, say("day.resources"), say("day.ask"), fields):
            await visit.act(lambda: deed(entered["wanted"], entered["cases"]), done=say("day.asked"))

    ui.button(say("day.resources"), on_click=lasting(press)).props("outline no-caps")
