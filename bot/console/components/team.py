"""The emergency team on its form (playbook D2): each part, who has it, who is here and who is not."""

from collections.abc import Awaitable, Callable, Sequence
from functools import partial

from nicegui import ui
from sqlalchemy.ext.asyncio import AsyncSession

from bot.console.components import marks
from bot.console.visit import Visit
from ledger.policy import TeamRole
from ledger.services.roll_call import Called
from ledger.views import team as view
from ledger.views.forms import FormDetail


async def team(
    visit: Visit, session: AsyncSession, found: FormDetail, then: Callable[[], Awaitable[None]]
) -> Callable[[], None]:
    """Reads the roll-call and returns what shows it; nothing before the team is called."""
    called = await view.roll_call_of(session, found.line.number)
    was_called = any(step.name == "call" for step in found.steps)
    return partial(_show, visit, called) if was_called else _nothing


def _nothing() -> None:
    return None


def _show(visit: Visit, called: Sequence[Called]) -> None:
    here = {one.staff_id for one in called if one.answered_at}
    everybody = {one.staff_id for one in called}
    with ui.element("div").classes("qt-line"):
        ui.label(visit.texts("team.heading")).classes("qt-heading").props("role=heading aria-level=2")
        tone = "calm" if everybody and here == everybody else "warn"
        marks.tag(visit.texts("team.count", here=len(here), all=len(everybody)), tone)
    with ui.element("section").classes("qt-card"):
        for key, role in visit.desk.policy.team.roles.items():
            _part(visit, role, [one for one in called if one.role == key])


def _part(visit: Visit, role: TeamRole, called: Sequence[Called]) -> None:
    language = visit.texts.language
    with ui.element("div").classes("qt-entry"):
        ui.label(role.names[language]).classes("qt-strong")
        with ui.element("div"):
            for one in called:
                with ui.element("div").classes("qt-line"):
                    ui.label(one.name)
                    _answer(visit, one)
            if not called:
                with ui.element("div").classes("qt-line"):
                    marks.tag(visit.texts("team.nobody"), "grave")
            ui.label(role.duties[language]).classes("qt-dim")


def _answer(visit: Visit, one: Called) -> None:
    if one.answered_at:
        marks.tag(visit.texts("team.here", at=visit.when(one.answered_at)), "calm")
    else:
        marks.tag(visit.texts("team.not_here"), "warn")
