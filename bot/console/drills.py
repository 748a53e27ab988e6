"""Drills (模拟演练, playbook D3): which can be played and are due, which was, and how it fared."""

from datetime import datetime

from nicegui import ui

from bot.console.components import forms, marks
from bot.console.components.buttons import lasting
from bot.console.components.drill import course, goals, numbers
from bot.console.components.forms import Field
from bot.console.layout import frame
from bot.console.news import on_news
from bot.console.visit import Visit, staff_page
from bot.drills.player import Player, play_here
from bot.drills.report import duration, verdict
from ledger import drill_book
from ledger.drill_book import Drill, DrillFile
from ledger.services import drills as service
from ledger.services.drills import Begun
from ledger.views import drills as view
from ledger.views.drills import DrillLine
from ledger.vocabulary import Role

PATH = "/supervise/drills"


@staff_page(PATH, role=Role.SUPERVISOR)
async def drills(visit: Visit) -> None:
    """The shipped ones with when they were last played, and those that were played."""
    say = visit.texts
    async with visit.desk.database.transaction() as session:
        played = await view.drills(session)
        last = await view.last_played(session)
    with frame(visit, say("nav.drills"), here=PATH), ui.element("div").classes("qt-columns"):
        with ui.element("section").classes("qt-card"):
            ui.label(say("drill.shipped")).classes("qt-heading")
            for path in drill_book.shipped():
                file = drill_book.read(path)
                _shipped(visit, file, last.get(file.name))
        with ui.element("section").classes("qt-card"):
            ui.label(say("drill.history")).classes("qt-heading")
            for line in played:
                _played(visit, line)
            if not played:
                ui.label(say("drill.none")).classes("qt-empty")


@staff_page(PATH + "/{drill_id}", role=Role.SUPERVISOR)
async def one_drill(visit: Visit, drill_id: int) -> None:
    """The plan, and beside each of its lines what it was."""
    say = visit.texts
    line = await _read(visit, drill_id)
    if line is None:
        with frame(visit, say("error.no_drill"), here=PATH):
            return
    with frame(visit, line.plot.names[say.language], here=PATH):
        body = ui.element("div").classes("qt-list")

    async def show() -> None:
        found = await _read(visit, drill_id)
        body.clear()
        with body:
            if found:
                _report(visit, found)

    on_news(visit.desk, show, "drill", about=lambda news: news.get("drill") == drill_id)
    await show()


async def _read(visit: Visit, drill_id: int) -> DrillLine | None:
    async with visit.desk.database.transaction() as session:
        return await view.drill(session, drill_id)


def _shipped(visit: Visit, file: DrillFile, last: datetime | None) -> None:
    say, drill = visit.texts, file.drill
    with ui.element("div").classes("qt-row"):
        with ui.element("div").classes("qt-line"):
            ui.label(drill.names[say.language]).classes("qt-strong")
            if last and view.is_due(last, visit.desk.policy.drills.every, visit.now):
                marks.tag(say("drill.due"), "warn")
            ui.space()
            ui.button(say("drill.start"), on_click=lasting(lambda: _start(visit, file))).props(
                "outline dense no-caps padding='2px 12px'"
            )
        ui.label(drill.purpose[say.language])
        with ui.element("div").classes("qt-line qt-dim"):
            ui.label(_lasts(visit, drill))
            ui.label(say("drill.last", at=visit.when(last)) if last else say("drill.never"))


def _lasts(visit: Visit, drill: Drill) -> str:
    say = visit.texts
    takes = duration(drill.takes.total_seconds(), say)
    return say("drill.lasts", lasts=duration(drill.lasts.total_seconds(), say), takes=takes)


async def _start(visit: Visit, file: DrillFile) -> None:
    """Ask who meets it, and begin."""
    say = visit.texts
    takes = duration(file.drill.takes.total_seconds(), say)
    who = {"people": say("drill.real_people"), "cast": say("drill.cast")}
    chosen = await forms.ask(
        say,
        say("drill.start_why", name=file.drill.names[say.language], takes=takes),
        say("drill.start"),
        {"who": Field("drill.who", "choice", who, "people")},
        about=f"{file.drill.briefing[say.language]} {say('drill.start_load')}",
    )
    if chosen is None:
        return

    async def deed() -> Begun:
        async with visit.desk.database.transaction() as session:
            return await service.begin(
                session, file=file, cast=chosen["who"] == "cast", by=visit.staff, now=visit.now
            )

    if begun := await visit.act(deed):
        desk = visit.desk
        play_here(Player(file, begun, desk.settings.address, desk.database, desk.policy, desk.now))
        ui.navigate.to(f"{PATH}/{begun.id}")


def _played(visit: Visit, line: DrillLine) -> None:
    say = visit.texts
    with ui.element("div").classes("qt-row"):
        with ui.element("div").classes("qt-line"):
            ui.link(line.plot.names[say.language], f"{PATH}/{line.id}").classes("qt-strong")
            _state(visit, line)
        with ui.element("div").classes("qt-line qt-dim"):
            ui.label(visit.when(line.started_at))
            ui.label(say("drill.cast" if line.cast else "drill.real_people"))


def _state(visit: Visit, line: DrillLine) -> None:
    say = visit.texts
    if line.report is None:
        marks.tag(say("drill.under_way"), "warn")
        return
    whole = line.report.met == len(line.report.lines)
    marks.tag(verdict(line.report, say), "green" if whole else "warn")
    if line.ending and line.ending != service.PLAYED:
        marks.tag(say.word("drill_ending", line.ending))


def _report(visit: Visit, line: DrillLine) -> None:
    say = visit.texts
    with ui.element("section").classes("qt-card"):
        with ui.element("div").classes("qt-line"):
            marks.drill(say)
            _state(visit, line)
            ui.space()
            if line.ended_at is None:
                ui.button(say("drill.stop"), on_click=lasting(lambda: _stop(visit, line))).props(
                    "outline color=negative no-caps padding='2px 12px'"
                )
        ui.label(line.plot.purpose[say.language])
        _facts(visit, line)
    goals(visit, line)
    if line.report:
        with ui.element("div").classes("qt-columns"):
            course(visit, line.report)
            numbers(visit, line.report)


def _facts(visit: Visit, line: DrillLine) -> None:
    say = visit.texts
    by = say("drill.by", name=line.started_by) if line.started_by else say("drill.by_command")
    with ui.element("div").classes("qt-line qt-dim"):
        ui.label(say("drill.started", at=visit.when(line.started_at)))
        ui.label(by)
        ui.label(say("drill.cast" if line.cast else "drill.real_people"))
    if line.ended_at is None:
        ui.label(f"{say('drill.briefing')}: {line.plot.briefing[say.language]}").classes("qt-strong")


async def _stop(visit: Visit, line: DrillLine) -> None:
    say = visit.texts
    chosen = await forms.ask(say, say("drill.stop_why"), say("drill.stop"), {})
    if chosen is None:
        return

    async def deed() -> None:
        async with visit.desk.database.transaction() as session:
            await service.end(
                session,
                drill_id=line.id,
                ending=service.STOPPED,
                policy=visit.desk.policy,
                now=visit.now,
                by=visit.staff,
            )

    await visit.act(deed)
