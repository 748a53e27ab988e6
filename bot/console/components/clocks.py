"""Clocks on a page: running ones count down, stopped ones say who stopped them."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Final

from nicegui import ui

from bot.console.components.buttons import lasting
from bot.console.components.countdown import Countdown
from bot.console.components.marks import tag
from bot.console.texts import Texts
from bot.console.visit import Visit
from ledger.services import clocks
from ledger.views.clocks import ClockLine
from ledger.views.complaints import WaitLine
from ledger.vocabulary import ClockKind

SOONEST: Final = 2
"""So many deadlines stand in a list; of the others only how many there are."""


def countdowns(visit: Visit, running: Sequence[ClockLine], *, graded: bool = False) -> None:
    """The next deadlines, the soonest first, and how many more there are; all stand on the case's page."""
    shown = soonest_of(running)[:SOONEST]
    for clock in shown:
        with ui.element("span").classes("qt-clock"):
            ui.label(clock_name(visit.texts, clock, graded=graded))
            countdown(visit, clock)
    if more := len(running) - len(shown):
        ui.label(visit.texts("clock.more", count=more)).classes("qt-dim")


def clock_name(say: Texts, clock: ClockLine, *, graded: bool) -> str:
    """What a deadline is called in a list; a form's tells what happened, and is not named where `graded`."""
    return say("clock.of_a_form") if graded and clock.form else say.word("clock_kind", clock.kind)


def soonest_of(running: Iterable[ClockLine]) -> list[ClockLine]:
    """The next of each kind, the soonest first: what several departments owe stands there once."""
    soonest: dict[ClockKind, ClockLine] = {}
    for clock in sorted(running, key=lambda clock: clock.order):
        soonest.setdefault(clock.kind, clock)
    return list(soonest.values())


def countdown(visit: Visit, clock: ClockLine) -> None:
    """How long a running clock has yet; one that stands still does not count down."""
    if clock.due_at is not None:
        Countdown(visit, clock.due_at)
    else:
        ui.label(visit.texts("clock.paused", time=span(visit.texts, clock.left or 0))).classes("qt-dim")


def span(say: Texts, seconds: int) -> str:
    """A length of time as the countdown writes it; seconds count where it is less than a day."""
    days, hours = divmod(seconds // 3600, 24)
    rest = f"{seconds // 60 % 60:02}:{seconds % 60:02}"
    if days:
        return say("clock.days", days=days, hours=hours)
    return f"{hours}:{rest}" if hours else rest


def waiting_banner(visit: Visit, waiting: WaitLine) -> None:
    """Since when the case waits for its customer, for what, and who said so."""
    with ui.element("div").classes("qt-line"):
        tag(visit.texts("case.waiting"), "plain")
        told = visit.texts("case.waiting_since", at=visit.when(waiting.since), who=waiting.by)
        ui.label(told).classes("qt-dim")
        ui.label(waiting.reason).classes("qt-wide")


def clock_table(
    visit: Visit, rows: Iterable[ClockLine], end: Callable[[ClockLine], None] = lambda clock: None
) -> None:
    """Every clock of a case with its start, its end and whether it was kept; ``end`` adds what ends one."""
    for clock in rows:
        with ui.element("div").classes("qt-clock-row"):
            ui.label(visit.texts.word("clock_kind", clock.kind)).classes("qt-strong")
            due = visit.when(clock.due_at) or visit.texts("clock.no_due")
            ui.label(visit.texts("clock.span", start=visit.when(clock.started_at), due=due)).classes("qt-dim")
            _ending(visit, clock)
            if clock.note:
                ui.label(clock.note).classes("qt-wide")
            end(clock)


def _ending(visit: Visit, clock: ClockLine) -> None:
    say = visit.texts
    if clock.stopped_at is None:
        countdown(visit, clock)
        return
    who = clock.stopped_by or say("clock.nobody")
    ui.label(say("clock.stopped", who=who, at=visit.when(clock.stopped_at)))
    tag(say("clock.breached"), "grave") if clock.breached_at else tag(say("clock.kept"), "green")


def acknowledge_button(
    visit: Visit,
    number: str,
    running: Iterable[ClockLine],
    then: Callable[[], Awaitable[None]],
    *,
    look: str = "color=negative",
) -> None:
    """Stop the headquarters clock in the reader's name, while it runs and if they may (playbook B1)."""
    if not visit.may_acknowledge or not any(
        c.kind is ClockKind.HEADQUARTERS and c.stopped_at is None for c in running
    ):
        return

    async def acknowledge() -> None:
        async with visit.desk.database.transaction() as session:
            await clocks.acknowledge(session, number=number, staff=visit.staff, now=visit.now)

    async def press() -> None:
        await visit.act(acknowledge, done=visit.texts("clock.acknowledged", number=number))
        await then()

    ui.button(visit.texts("clock.acknowledge"), on_click=lasting(press)).props(f"{look} unelevated no-caps")
