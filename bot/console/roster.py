"""The roster (值班表) of each department: who is on duty when (playbook B4)."""

from collections.abc import Awaitable, Callable
from typing import Any

from nicegui import events, ui
from sqlalchemy.ext.asyncio import AsyncSession

from bot.console.components import forms
from bot.console.components.buttons import lasting
from bot.console.components.faults import tell_faults
from bot.console.components.forms import Field
from bot.console.layout import frame
from bot.console.visit import Visit, staff_page
from bot.decoding import decoded
from ledger.calendars import WEEKDAYS
from ledger.errors import BadLines
from ledger.models import Department, DutyShift
from ledger.services import circle, departments, rostering
from ledger.services import staff as accounts
from ledger.services.rostering import Shift
from ledger.vocabulary import Role

PATH = "/supervise/roster"
MB = 1024 * 1024
WORKING_DAY = ("09:00", "18:00")


@staff_page(PATH, role=Role.SUPERVISOR)
async def roster(visit: Visit) -> None:
    """Every department with its shifts, who is on duty now, and a file for many at once."""
    say = visit.texts
    with frame(visit, say("nav.roster"), here=PATH):
        ui.label(say("roster.about")).classes("qt-dim")
        async with visit.desk.database.transaction() as session:
            with ui.element("div").classes("qt-list"):
                for place in await departments.list_departments(session):
                    shifts = await departments.shifts_of(session, place)
                    there = await circle.answering(session, place, visit.now)
                    _place(visit, place, shifts, [one.name for one in there])
        with ui.element("section").classes("qt-card"):
            ui.upload(
                on_upload=lambda event: _take(visit, event), auto_upload=True, max_file_size=MB, max_files=1
            ).props(f'flat bordered accept=".csv,.txt" label="{say("roster.upload")}"')
            ui.label(say("roster.columns")).classes("qt-dim")


def _place(visit: Visit, place: Department, shifts: list[DutyShift], there: list[str]) -> None:
    say = visit.texts
    with ui.element("div").classes("qt-row"):
        with ui.element("div").classes("qt-line"):
            ui.label(place.names.get(say.language, place.key)).classes("qt-strong")
            names = say("format.and").join(there) or say("roster.nobody")
            ui.label(say("roster.now", who=names)).classes("qt-dim")
            ui.space()
            add = lasting(lambda: _add(visit, place, shifts))
            ui.button(say("roster.add"), on_click=add).props("outline dense no-caps")
        if not shifts:
            ui.label(say("roster.none")).classes("qt-dim")
        for shift in shifts:
            _shift(visit, place, shifts, shift)


def _shift(visit: Visit, place: Department, shifts: list[DutyShift], shift: DutyShift) -> None:
    say = visit.texts
    day = shift.day.isoformat() if shift.day else say("roster.every", day=say.word("weekday", shift.weekday))
    hours = rostering.as_shift(shift).hours

    async def remove() -> None:
        await _set(visit, place, [rostering.as_shift(one) for one in shifts if one is not shift])

    with ui.element("div").classes("qt-line"):
        ui.label(day)
        ui.label(hours)
        ui.label(shift.staff.name)
        ui.space()
        ui.button(say("roster.remove"), on_click=lasting(remove)).props("flat dense no-caps")


async def _add(visit: Visit, place: Department, shifts: list[DutyShift]) -> None:
    say = visit.texts
    async with visit.desk.database.transaction() as session:
        people = {one.username: one.name for one in await accounts.list_staff(session)}
    opens, closes = WORKING_DAY
    fields = {
        "weekday": Field("roster.weekday", "choice", say.options("weekday"), required=False),
        "day": Field("roster.date", "day", required=False),
        "opens": Field("roster.opens", value=opens),
        "closes": Field("roster.closes", value=closes),
        "who": Field("roster.who", "choice", people),
    }
    entered = await forms.ask(say, say("roster.add"), say("roster.add"), fields)
    if entered is None:
        return
    when = entered["day"] or (entered["weekday"] and WEEKDAYS[int(entered["weekday"])]) or ""
    try:
        new = rostering.read_shift(when, entered["opens"], entered["closes"], entered["who"])
    except ValueError:
        ui.notify(say("roster.wrong_date"), type="warning", textColor="white")
        return
    await _set(visit, place, [*(rostering.as_shift(one) for one in shifts), new])


async def _set(visit: Visit, place: Department, shifts: list[Shift]) -> None:
    async def write(session: AsyncSession) -> Any:
        return await rostering.set_roster(
            session, key=place.key, shifts=shifts, by=visit.staff, policy=visit.desk.policy, now=visit.now
        )

    await _do(visit, write)


async def _take(visit: Visit, event: events.UploadEventArguments) -> None:
    content = await event.file.read()

    async def write(session: AsyncSession) -> Any:
        return await rostering.import_rosters(
            session,
            text=decoded(content),
            by=visit.staff,
            policy=visit.desk.policy,
            now=visit.now,
        )

    await _do(visit, write)


async def _do(visit: Visit, write: Callable[[AsyncSession], Awaitable[Any]]) -> None:
    async def deed() -> bool:
        try:
            async with visit.desk.database.transaction() as session:
                await write(session)
        except BadLines as refused:
            await tell_faults(visit, refused.faults)
            return False
        return True

    if await visit.act(deed):
        ui.notify(visit.texts("roster.saved"), type="positive")
        ui.navigate.to(PATH)
