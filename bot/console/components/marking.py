"""A mark on a case, and what the second person may do with it (playbook B8)."""

from collections.abc import Awaitable, Callable
from functools import partial

from nicegui import ui

from bot.console.components import forms, marks
from bot.console.components.buttons import lasting
from bot.console.components.forms import Field
from bot.console.visit import Visit
from ledger.services import cases
from ledger.views.marks import MarkLine
from ledger.vocabulary import Role


def marking(visit: Visit, line: MarkLine, after: Callable[[], Awaitable[None]]) -> None:
    """What is marked, why and by whom; ``after`` is called when it was decided here."""
    say = visit.texts
    with ui.element("div").classes("qt-line"):
        marks.tag(say.word("mark_kind", line.kind), "warn")
        ui.label(line.reason.get(say.language, ""))
        who = line.raised_by or say("marking.assistant")
        ui.label(say("marking.raised", who=who, at=visit.when(line.raised_at))).classes("qt-dim")
    if line.decided_at is not None:
        ui.label(_decided(visit, line)).classes("qt-dim")
    elif visit.may(Role.SUPERVISOR) and line.raised_by != visit.staff.name:
        with ui.element("div").classes("qt-actions"):
            for answer, confirmed in (("marking.confirm", True), ("marking.dismiss", False)):
                press = lasting(partial(_decide, visit, line, confirmed, after))
                ui.button(say(answer), on_click=press).props("outline dense no-caps")
    else:
        ui.label(say("marking.waits")).classes("qt-dim")


def _decided(visit: Visit, line: MarkLine) -> str:
    key = "marking.confirmed" if line.confirmed else "marking.dismissed"
    when = visit.when(line.decided_at)
    return visit.texts(key, who=line.decided_by or "", at=when, reason=line.decision or "")


async def _decide(
    visit: Visit, line: MarkLine, confirmed: bool, after: Callable[[], Awaitable[None]]
) -> None:
    say = visit.texts
    key = "marking.confirm" if confirmed else "marking.dismiss"
    entered = await forms.ask(say, say("marking.title"), say(key), {"reason": Field("case.reason", "text")})
    if entered is None:
        return

    async def deed() -> None:
        async with visit.desk.database.transaction() as session:
            await cases.decide(
                session,
                number=line.complaint,
                mark_id=line.id,
                confirmed=confirmed,
                reason=entered["reason"],
                staff=visit.staff,
                now=visit.now,
            )

    await visit.act(deed, done=say("marking.done"))
    await after()
