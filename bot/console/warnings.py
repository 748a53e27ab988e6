"""Complaints that are building up (四级预警, playbook B5): how many, against how many are usual."""

from collections.abc import Sequence

from nicegui import ui

from bot.console.components import marks
from bot.console.components.buttons import lasting
from bot.console.components.cases import link_to_case
from bot.console.components.mentions import topic_name
from bot.console.layout import frame
from bot.console.news import on_news
from bot.console.texts import Texts
from bot.console.visit import Visit, staff_page
from ledger.services import waves
from ledger.views.waves import WaveLine
from ledger.views.waves import warnings as read
from ledger.vocabulary import Role, WaveKind

PATH = "/supervise/warnings"


@staff_page(PATH, role=Role.SUPERVISOR)
async def warnings(visit: Visit) -> None:
    """Those that stand, the gravest first; below, those that are over."""
    say = visit.texts
    with frame(visit, say("nav.warnings"), here=PATH):
        ui.label(say("warnings.about", weeks=visit.desk.policy.waves.weeks)).classes("qt-dim")
        page = _Page(visit)
        on_news(visit.desk, page.refresh, "wave")
        await page.refresh()


class _Page:
    """The two lists, read again when a warning changes."""

    def __init__(self, visit: Visit) -> None:
        self.visit = visit
        self._lists = ui.element("div").classes("qt-list")

    async def refresh(self) -> None:
        """Show them as they are now."""
        async with self.visit.desk.database.transaction() as session:
            found = await read(session)
        self._lists.clear()
        with self._lists:
            self._list([line for line in found if line.until is None], "warnings.none")
            over = [line for line in found if line.until is not None]
            if over:
                heading = ui.label(self.visit.texts("warnings.over")).classes("qt-heading")
                heading.props("role=heading aria-level=2")
                self._list(over, "warnings.none")

    def _list(self, lines: Sequence[WaveLine], empty: str) -> None:
        for line in lines:
            with ui.element("div").classes("qt-row"):
                self._row(line)
        if not lines:
            ui.label(self.visit.texts(empty)).classes("qt-empty")

    def _row(self, line: WaveLine) -> None:
        say, visit = self.visit.texts, self.visit
        with ui.element("div").classes("qt-line"):
            tone = "plain" if line.until else f"level-{line.level}"
            marks.tag(say.word("warning_level", line.level), tone)
            ui.label(say.word("wave_kind", line.kind)).classes("qt-dim")
            if line.kind is WaveKind.TOPIC:
                ui.link(topic_name(visit, line.subject), f"/supervise/opinion?topic={line.subject}")
            else:
                ui.label(name(say, line)).classes("qt-strong")
            ui.space()
            if line.until is None and line.acknowledged_at is None:
                press = lasting(lambda: self._acknowledge(line.id))
                ui.button(say("warnings.acknowledge"), on_click=press).props("unelevated dense no-caps")
        ui.label(counts(visit, line))
        days = visit.desk.policy.waves.levels[line.level].once_in.days
        ui.label(rarity(say, days)).classes("qt-dim")
        with ui.element("div").classes("qt-line qt-dim"):
            ui.label(say("warnings.since", at=visit.when(line.since)))
            if line.until:
                ui.label(say("warnings.until", at=visit.when(line.until)))
            if line.acknowledged_by:
                at = visit.when(line.acknowledged_at)
                ui.label(say("warnings.acknowledged", who=line.acknowledged_by, at=at))
        if line.cases:
            with ui.element("div").classes("qt-line"):
                ui.label(say("warnings.cases")).classes("qt-dim")
                for number in line.cases:
                    link_to_case(number)

    async def _acknowledge(self, wave_id: int) -> None:
        visit = self.visit

        async def deed() -> None:
            async with visit.desk.database.transaction() as session:
                await waves.acknowledge(session, wave_id=wave_id, staff=visit.staff, now=visit.now)

        await visit.act(deed, done=visit.texts("warnings.acknowledge_done"))
        await self.refresh()


def name(say: Texts, line: WaveLine) -> str:
    """What the complaints have in common."""
    return say.word("category", line.subject) if line.kind is WaveKind.CATEGORY else line.name


def counts(visit: Visit, line: WaveLine) -> str:
    """How many, in how long before when, and how many are usual."""
    say, at = visit.texts, visit.when(line.counted_at)
    key = "opinion.named" if line.kind is WaveKind.TOPIC else "warnings.counts"
    return say(key, at=at, window=window(say, line), count=line.count, expected=f"{line.expected:g}")


def window(say: Texts, line: WaveLine) -> str:
    """How long was counted."""
    hours, minutes = divmod(line.minutes, 60)
    return say("warnings.minutes", count=line.minutes) if minutes else say("warnings.hours", count=hours)


def rarity(say: Texts, days: int) -> str:
    """How seldom chance alone would do it."""
    years = days // 365
    return say("warnings.years", count=years) if years else say("warnings.days", count=days)
