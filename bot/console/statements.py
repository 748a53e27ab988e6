"""One voice (统一口径, playbook D1): what is in force, what waits for approval, and the versions before."""

from collections.abc import Sequence
from functools import partial
from itertools import pairwise

from nicegui import ui

from bot.console.components import marks
from bot.console.components.buttons import lasting
from bot.console.components.countdown import Countdown
from bot.console.layout import frame
from bot.console.visit import Visit, staff_page
from ledger.difference import Change, differences
from ledger.guard import advice
from ledger.models import Form
from ledger.services import forms, statements
from ledger.views.statements import Standing, Version, by_topic, in_standing
from ledger.vocabulary import Role

PATH = "/supervise/statements"
TONES = {
    Standing.IN_FORCE: "green",
    Standing.PROPOSED: "warn",
    Standing.TO_COME: "calm",
    Standing.OVER: "warn",
}
UNDECIDED = (Standing.DRAFT, Standing.PROPOSED)
LOOKS = {Change.GONE: "qt-gone", Change.NEW: "qt-added", Change.SAME: ""}


@staff_page(PATH, role=Role.SUPERVISOR)
async def statement_page(visit: Visit) -> None:
    """In force, waiting, and the history with its differences."""
    async with visit.desk.database.transaction() as session:
        topics = await by_topic(session, policy=visit.desk.policy, now=visit.now)
    say = visit.texts
    with frame(visit, say("nav.statements"), here=PATH):
        with ui.element("div").classes("qt-line"):
            ui.label(say("statements.about")).classes("qt-dim")
            ui.space()
            ui.button(say("statements.draft"), on_click=lasting(partial(_draft, visit))).props(
                "unelevated no-caps"
            )
        _section(visit, "statements.in_force", in_standing(topics, Standing.IN_FORCE), "statements.none")
        waiting = in_standing(topics, Standing.PROPOSED, Standing.DRAFT, Standing.TO_COME)
        _section(visit, "statements.waiting", waiting, "statements.nothing_waits")
        _history(visit, topics)


async def _draft(visit: Visit) -> None:
    async def deed() -> Form:
        async with visit.desk.database.transaction() as session:
            return await forms.open_form(
                session, kind=statements.KIND, staff=visit.staff, policy=visit.desk.policy, now=visit.now
            )

    if made := await visit.act(deed):
        ui.navigate.to(f"/desk/forms/{made.number}")


async def _renew(visit: Visit, number: str) -> None:
    async def deed() -> Form:
        async with visit.desk.database.transaction() as session:
            return await statements.new_version(
                session, number=number, staff=visit.staff, policy=visit.desk.policy, now=visit.now
            )

    if made := await visit.act(deed):
        ui.navigate.to(f"/desk/forms/{made.number}")


def _section(visit: Visit, key: str, versions: Sequence[Version], empty: str) -> None:
    with ui.element("h2").classes("qt-heading"):
        ui.label(visit.texts(key))
        ui.label(str(len(versions))).classes("qt-count")
    if not versions:
        ui.label(visit.texts(empty)).classes("qt-empty")
    for one in versions:
        with ui.element("section").classes("qt-card"):
            _version(visit, one)


def _version(visit: Visit, one: Version) -> None:
    say = visit.texts
    _head(visit, one)
    ui.label(one.texts[say.language]).classes("qt-text")
    for phrase in one.forbidden:
        ui.label(say("statements.forbidden", words=phrase)).classes("qt-dim")
    if one.standing in UNDECIDED:
        _warned(visit, one)
    with ui.element("div").classes("qt-line qt-dim"):
        ui.label(_story(visit, one))
        ui.space()
        if one.standing is Standing.IN_FORCE:
            press = lasting(partial(_renew, visit, one.number))
            ui.button(say("statements.new_version"), on_click=press).props("outline no-caps")


def _warned(visit: Visit, one: Version) -> None:
    """What the guard finds in it: whoever approves it authorises that."""
    say = visit.texts
    with ui.element("div").classes("qt-line"):
        for rule in dict.fromkeys(found.rule for some in one.warned.values() for found in some):
            marks.tag(say("statements.warned", rule=advice(rule, say.language).name), "warn")


def _head(visit: Visit, one: Version) -> None:
    say = visit.texts
    with ui.element("div").classes("qt-line"):
        ui.label(one.topic or say("statements.unnamed")).classes("qt-strong")
        marks.tag(say(f"statement_standing.{one.standing}"), TONES.get(one.standing, "plain"))
        if one.press:
            marks.tag(say("statements.press"))
        ui.link(one.number, f"/desk/forms/{one.number}").classes("qt-number")
        ui.space()
        if one.standing is Standing.IN_FORCE and one.until:
            Countdown(visit, one.until)


def _story(visit: Visit, one: Version) -> str:
    """Who drafted it, who approved it, and from when until when it says so."""
    say, nobody = visit.texts, visit.texts("statements.nobody")
    told = [say("statements.drafted", who=one.drafted_by or nobody, at=visit.when(one.drafted_at))]
    if one.approved_at:
        told.append(say("statements.approved", who=one.approved_by or nobody, at=visit.when(one.approved_at)))
    if one.since:
        until = visit.when(one.until) if one.until else say("statements.open_end")
        told.append(say("statements.period", since=visit.when(one.since), until=until))
    if one.replaces:
        told.append(say("statements.replaces", number=one.replaces))
    return " · ".join(told)


def _history(visit: Visit, topics: Sequence[Sequence[Version]]) -> None:
    """Each subject's versions, the newest open to see what it changed."""
    say = visit.texts
    before = [versions for versions in topics if any(_is_past(one) for one in versions)]
    with ui.element("h2").classes("qt-heading"):
        ui.label(say("statements.history"))
    if not before:
        ui.label(say("statements.no_history")).classes("qt-empty")
    for versions in before:
        with ui.expansion(say("statements.versions", topic=versions[0].topic, count=len(versions))).classes(
            "qt-card"
        ):
            for newer, older in pairwise(versions):
                _changed(visit, newer, older)
            _changed(visit, versions[-1], None)


def _is_past(one: Version) -> bool:
    return one.standing in (Standing.REPLACED, Standing.OVER, Standing.WITHDRAWN)


def _changed(visit: Visit, newer: Version, older: Version | None) -> None:
    """A version with what it says otherwise than the one before."""
    language = visit.texts.language
    with ui.element("div").classes("qt-row"):
        _head(visit, newer)
        with ui.element("p").classes("qt-text"):
            before = older.texts[language] if older else newer.texts[language]
            for change, words in differences(before, newer.texts[language]):
                ui.label(words).classes(f"qt-piece {LOOKS[change]}")
        ui.label(_story(visit, newer)).classes("qt-dim")
