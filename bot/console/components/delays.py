"""Delays on a page: what was late and how long, whose it was, and why (playbook D8)."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta

from nicegui import ui

from bot.console.components import forms, marks
from bot.console.components.buttons import lasting
from bot.console.components.cases import link_to_case
from bot.console.components.forms import Field
from bot.console.texts import Texts
from bot.console.visit import Visit
from bot.wording import Wording
from ledger.services.delays import explain
from ledger.views.delays import Delay

Then = Callable[[], Awaitable[None]]


def lasted(say: Texts, length: timedelta) -> str:
    """A length of time in words, coarse: minutes, hours or days."""
    minutes = round(length.total_seconds() / 60)
    if minutes < 120:
        return say("delays.minutes", count=minutes)
    if minutes < 48 * 60:
        return say("delays.hours", count=round(minutes / 60))
    return say("delays.days", count=round(minutes / 60 / 24))


def delay_list(visit: Visit, found: Sequence[Delay], people: Mapping[str, str], then: Then) -> None:
    """Each with a button for saying why; ``people`` are names by username."""
    words = Wording(visit.texts, visit.desk.policy, visit.now)
    with ui.element("div").classes("qt-list"):
        for one in found:
            with ui.element("div").classes("qt-row"):
                _delay(visit, words, one, people, then)


def _delay(visit: Visit, words: Wording, one: Delay, people: Mapping[str, str], then: Then) -> None:
    say = visit.texts
    with ui.element("div").classes("qt-line"):
        link_to_case(one.complaint)
        ui.label(say.word("clock_kind", one.kind)).classes("qt-strong")
        late = say("delays.late", time=lasted(say, one.late))
        marks.tag(late, "warn" if one.stopped_at else "grave")
        ui.space()
        explain_button(visit, one.clock, say("delays.explain" if one.reason is None else "delays.add"), then)
    with ui.element("div").classes("qt-line qt-dim"):
        owner = people.get(one.owner or "", one.owner) or say("case.no_owner")
        ui.label(f"{owner} · {words.department(one.department)}")
        ui.label(say("delays.due", at=words.when(one.due_at)))
    if one.reason is None:
        ui.label(say("delays.unexplained")).classes("qt-dim")
    else:
        by = people.get(one.by or "", one.by)
        ui.label(say("delays.explained", by=by, reason=one.reason)).classes("qt-text")


def explain_button(visit: Visit, clock_id: int, label: str, then: Then) -> None:
    """Asks why, and puts it into the case's book."""
    say = visit.texts

    async def deed(reason: str) -> None:
        async with visit.desk.database.transaction() as session:
            await explain(session, clock_id=clock_id, reason=reason, staff=visit.staff, now=visit.now)

    async def press() -> None:
        fields = {"reason": Field("delays.reason", "text")}
        if entered := await forms.ask(say, say("delays.explain"), say("delays.submit"), fields):
            await visit.act(lambda: deed(entered["reason"]), done=say("delays.done"))
            await then()

    ui.button(label, on_click=lasting(press)).props("outline no-caps padding='2px 12px'")
