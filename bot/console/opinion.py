"""The opinion watch (playbook C8, 舆情监测): bad news first, how each topic goes, what is new."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from urllib.parse import urlencode

from nicegui import events, ui

from bot.console.components import marks
from bot.console.components.mentions import mention_rows, topic_name
from bot.console.layout import frame
from bot.console.theme import SERIES
from bot.console.visit import Visit, staff_page
from bot.console.warnings import PATH as WARNINGS
from bot.console.warnings import counts
from bot.opinion.reading import File, read
from ledger.services import mentions
from ledger.services.mentions import TakenIn
from ledger.views import opinion
from ledger.views.opinion import AT_ONCE, MentionLine, Press, Trend
from ledger.views.waves import WaveLine, topic_warnings
from ledger.vocabulary import Feeling, Role

PATH: Final = "/supervise/opinion"
PERIODS: Final = (1, 7, 28)
FIRST: Final = 6
FAULTS: Final = 20
MB: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the page is about: so many days, today the last; the list's topic, feeling and page."""

    days: int
    topic: str
    feeling: str
    before: int | None = None

    def path(self, **differs: Any) -> str:
        """The page with something else asked for, the list from its beginning."""
        asked = {"days": self.days, "topic": self.topic, "feeling": self.feeling} | differs
        return f"{PATH}?{urlencode({key: value for key, value in asked.items() if value})}"


@staff_page(PATH, role=Role.SUPERVISOR)
async def opinion_watch(
    visit: Visit, days: int = 7, topic: str = "", feeling: str = "", before: int | None = None
) -> None:
    """The last ``days`` days; ``topic`` and ``feeling`` narrow the list at the end."""
    asked = _Asked(days if days in PERIODS else 7, topic, feeling, before)
    policy, today = visit.desk.policy, visit.local(visit.now).date()
    first = today - timedelta(days=asked.days - 1)
    async with visit.desk.database.transaction() as session:
        found = await opinion.press(session, since=_midnight(visit, first), until=visit.now, policy=policy)
        trend = await opinion.trend(session, first=first, last=today, policy=policy)
        former = await opinion.trend(
            session, first=first - timedelta(days=asked.days), last=first - timedelta(days=1), policy=policy
        )
        rising = [line for line in await topic_warnings(session, since=visit.now) if line.until is None]
        felt = Feeling(feeling) if feeling in list(Feeling) else None
        newest = await opinion.newest(
            session, policy=policy, before=before, topic=topic or None, feeling=felt
        )
    with frame(visit, visit.texts("nav.opinion"), here=PATH):
        _head(visit, asked)
        _numbers(visit, found, trend, former)
        _rising(visit, rising)
        _bad_news(visit, found)
        _topics(visit, trend, former)
        _newest(visit, asked, newest)


def _midnight(visit: Visit, day: date) -> datetime:
    return datetime.combine(day, time(), visit.desk.policy.organisation.time_zone)


def _head(visit: Visit, asked: _Asked) -> None:
    say = visit.texts
    names = {n: say("opinion.one_day") if n == 1 else say("opinion.days", days=n) for n in PERIODS}
    with ui.element("div").classes("qt-line"):
        ui.toggle(
            names, value=asked.days, on_change=lambda event: ui.navigate.to(asked.path(days=event.value))
        ).props("no-caps unelevated")
        ui.space()
        ui.button(say("opinion.import"), icon="upload_file", on_click=lambda: _import(visit)).props(
            "outline no-caps"
        )


def _numbers(visit: Visit, found: Press, trend: Trend, former: Trend) -> None:
    now, before = trend.everything, former.everything
    figures = {
        "opinion.elsewhere": (now.elsewhere, before.elsewhere),
        "opinion.negative": (now.bad_elsewhere, before.bad_elsewhere),
        "opinion.risks": (len(found.risks), None),
        "opinion.own": (now.own, before.own),
    }
    with ui.element("div").classes("qt-numbers"):
        for key, (count, former_count) in figures.items():
            with ui.element("div").classes("qt-card qt-figure"):
                ui.label(str(count)).classes("qt-big")
                ui.label(visit.texts(key)).classes("qt-dim")
                if former_count is not None:
                    ui.label(visit.texts("opinion.before", count=former_count)).classes("qt-dim")


def _rising(visit: Visit, lines: Sequence[WaveLine]) -> None:
    """Warnings that stand, and where they are acknowledged; nothing when there is none."""
    if not lines:
        return
    with _card(visit, "opinion.rising"):
        for line in lines:
            with ui.element("div").classes("qt-line"):
                marks.tag(visit.texts.word("warning_level", line.level), f"level-{line.level}")
                ui.link(topic_name(visit, line.subject), WARNINGS).classes("qt-strong")
                ui.label(counts(visit, line))


def _bad_news(visit: Visit, found: Press) -> None:
    lines = [*found.negative, *found.risks]
    further = found.bad + len(found.risks) - FIRST
    with _card(visit, "opinion.bad_news"):
        if not lines:
            ui.label(visit.texts("opinion.bad_news_none")).classes("qt-empty")
        mention_rows(visit, lines[:FIRST], _again)
        if further > 0:
            ui.label(visit.texts("opinion.further", count=further)).classes("qt-dim")


def _topics(visit: Visit, trend: Trend, former: Trend) -> None:
    """A line a topic, and the same in figures beside those of before."""
    with _card(visit, "opinion.trend"):
        if not trend.topics:
            ui.label(visit.texts("opinion.trend_none")).classes("qt-empty")
            return
        if len(trend.days) > 1:
            ui.echart(_lines(visit, trend)).classes("qt-chart")
        _table(visit, trend, former)


def _lines(visit: Visit, trend: Trend) -> dict[str, Any]:
    named = [topic for topic in trend.topics if topic.volume]
    return {
        "color": list(SERIES),
        "aria": {"enabled": True},
        "tooltip": {"trigger": "axis"},
        "legend": {"type": "scroll", "bottom": 0},
        "grid": {"left": 8, "right": 24, "top": 16, "bottom": 40, "containLabel": True},
        "xAxis": {"type": "category", "data": [f"{day:%m-%d}" for day in trend.days]},
        "yAxis": {"type": "value", "minInterval": 1},
        "series": [
            {"name": topic_name(visit, topic.key), "type": "line", "data": list(topic.per_day)}
            for topic in named
        ],
    }


def _table(visit: Visit, trend: Trend, former: Trend) -> None:
    say, risks = visit.texts, visit.desk.policy.opinion.risks
    before = {topic.key: topic.volume for topic in former.topics}
    heads = ("topic", "volume", "previous", "share_negative", "elsewhere", "by_us")
    with ui.element("div").classes("qt-scroll"), ui.element("table").classes("qt-table"):
        with ui.element("tr"):
            for head in heads:
                with ui.element("th"):
                    ui.label(say(f"opinion.{head}"))
        for topic in trend.topics:
            share = "–" if topic.share_negative is None else f"{100 * topic.share_negative:.0f}%"
            with ui.element("tr"):
                with ui.element("td"), ui.element("div").classes("qt-line"):
                    ui.link(topic_name(visit, topic.key), _Asked(len(trend.days), topic.key, "").path())
                    if topic.key in risks:
                        marks.tag(say("opinion.risk"), "warn")
                for cell in (topic.volume, before.get(topic.key, 0), share, topic.elsewhere, topic.own):
                    with ui.element("td").classes("qt-number"):
                        ui.label(str(cell))


def _newest(visit: Visit, asked: _Asked, lines: Sequence[MentionLine]) -> None:
    say = visit.texts
    topics = {topic.key: topic_name(visit, topic.key) for topic in visit.desk.policy.opinion.topics}
    with _card(visit, "opinion.newest"):
        with ui.element("div").classes("qt-filters"):
            _choice("topic", {"": say("opinion.all_topics")} | topics, asked)
            _choice("feeling", {"": say("opinion.all_feelings")} | say.options("feeling"), asked)
        mention_rows(visit, lines, _again)
        if not lines:
            narrowed = asked.topic or asked.feeling or asked.before
            ui.label(say("opinion.newest_none" if narrowed else "opinion.nothing_yet")).classes("qt-empty")
        if len(lines) == AT_ONCE:
            ui.link(say("opinion.earlier"), asked.path(before=lines[-1].id))


def _choice(name: str, options: dict[str, str], asked: _Asked) -> None:
    value = getattr(asked, name)
    ui.select(
        options,
        value=value if value in options else "",
        on_change=lambda event: ui.navigate.to(asked.path(**{name: event.value})),
    ).props("outlined dense")


def _card(visit: Visit, key: str) -> ui.element:
    """A card with its heading; what is built in it comes below."""
    card = ui.element("section").classes("qt-card")
    with card:
        ui.label(visit.texts(key)).classes("qt-heading").props("role=heading aria-level=2")
    return card


async def _again() -> None:
    ui.navigate.reload()


async def _import(visit: Visit) -> None:
    """Choose a file, and hear what became of each line."""
    say, most = visit.texts, visit.desk.policy.limits.file_megabytes
    with ui.dialog() as dialog, ui.card().classes("qt-form"):
        ui.label(say("opinion.import")).classes("qt-heading")
        ui.label(say("opinion.import_about")).classes("qt-dim")
        source = ui.input(say("opinion.import_source"), value="import").props("outlined dense maxlength=40")
        outcome = ui.element("div").classes("qt-form")

        async def take(event: events.UploadEventArguments) -> None:
            chosen.reset()
            outcome.clear()
            if event.file.size() > most * MB:
                refuse(None)
            elif done := await _take(visit, await event.file.read(), source.value.strip() or "import"):
                with outcome:
                    _tell(visit, *done)

        def refuse(_: Any) -> None:
            ui.notify(say("opinion.too_large", megabytes=most), type="warning", textColor="white")

        chosen = ui.upload(
            on_upload=take, on_rejected=refuse, auto_upload=True, max_file_size=most * MB, max_files=1
        ).props(f'flat bordered accept=".csv,.jsonl,.json,.txt,.xlsx" label="{say("opinion.import")}"')
        ui.button(say("opinion.close"), on_click=_again).props("flat no-caps")
    await dialog
    dialog.delete()


async def _take(visit: Visit, content: bytes, source: str) -> tuple[File, TakenIn] | None:
    async def deed() -> tuple[File, TakenIn]:
        found = read(content, zone=visit.desk.policy.organisation.time_zone)
        async with visit.desk.database.transaction() as session:
            taken = await mentions.import_file(
                session,
                source=source,
                mentions=found.mentions,
                staff=visit.staff,
                policy=visit.desk.policy,
                now=visit.now,
            )
        return found, taken

    return await visit.act(deed)


def _tell(visit: Visit, found: File, taken: TakenIn) -> None:
    say = visit.texts
    known = taken.received - taken.new
    ui.label(say("opinion.imported", received=taken.received, new=taken.new, known=known)).classes(
        "qt-strong"
    )
    if found.faults:
        ui.label(say("opinion.faults", count=len(found.faults)))
        for fault in found.faults[:FAULTS]:
            key = "opinion.fault" if fault.said else "opinion.fault_missing"
            field = say.word("mention_field", fault.field)
            ui.label(say(key, line=fault.line, field=field, said=fault.said)).classes("qt-dim")
