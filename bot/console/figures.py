"""One page of figures (playbook C5): what came in, how fast it was met, how people felt."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Any

from nicegui import ui

from bot.console.components.opinions import opinions_card
from bot.console.conclusions import conclusions
from bot.console.layout import frame
from bot.console.theme import SERIES
from bot.console.visit import Visit, staff_page
from bot.export import Format
from bot.wording import Wording
from ledger.views.figures import ClockFigures, Figures
from ledger.views.figures import figures as read
from ledger.views.opinions import opinions
from ledger.vocabulary import Role, Severity

PATH = "/supervise"
PERIODS = (7, 30, 90)
MINUTES = (5, 15, 30, 60, 120, 480)


@staff_page(PATH, role=Role.SUPERVISOR)
async def figures(visit: Visit, days: int = 30) -> None:
    """The figures of the last ``days`` days, today included."""
    days = days if days in PERIODS else 30
    since, until = _period(visit, days)
    async with visit.desk.database.transaction() as session:
        zone = str(visit.desk.policy.organisation.time_zone)
        found = await read(session, since=since, until=until, time_zone=zone)
        said = await opinions(session, since=since, until=until)
    say = visit.texts
    with frame(visit, say("nav.figures"), here=PATH):
        periods = {period: say("figures.days", days=period) for period in PERIODS}
        with ui.element("div").classes("qt-actions"):
            ui.toggle(
                periods, value=days, on_change=lambda event: ui.navigate.to(f"{PATH}?days={event.value}")
            ).props("no-caps unelevated")
            ui.space()
            for format in (Format.CSV, Format.XLSX):
                name = say("figures.file", format=format.upper())
                ui.link(name, f"/api/v1/figures?days={days}&format={format}")
        _numbers(visit, found)
        _conclusions(visit, found)
        with ui.element("div").classes("qt-halves"):
            _charts(visit, found)
        opinions_card(visit, said)


def _period(visit: Visit, days: int) -> tuple[datetime, datetime]:
    zone = visit.desk.policy.organisation.time_zone
    tomorrow = visit.local(visit.now).date() + timedelta(days=1)
    until = datetime.combine(tomorrow, time(), zone)
    return datetime.combine(tomorrow - timedelta(days=days), time(), zone), until


def _conclusions(visit: Visit, found: Figures) -> None:
    with ui.element("section").classes("qt-card"):
        ui.label(visit.texts("figures.conclusions")).classes("qt-heading").props("role=heading aria-level=2")
        with ui.element("ul").classes("qt-conclusions"):
            for sentence in conclusions(visit.texts, found):
                with ui.element("li"):
                    ui.label(sentence)


def _numbers(visit: Visit, found: Figures) -> None:
    say = visit.texts
    numbers = {
        "figures.complaints": str(found.cases),
        "figures.contacts": str(found.contacts),
        "figures.special": str(found.special),
        "figures.headquarters_kept": _percent(found.headquarters.share_kept),
        "figures.first_response_median": _minutes(visit, found.first_response),
        "figures.mean_rating": "–" if found.mean_rating is None else f"{found.mean_rating:.1f}",
    }
    with ui.element("div").classes("qt-numbers"):
        for key, number in numbers.items():
            with ui.element("div").classes("qt-card qt-figure"):
                ui.label(number).classes("qt-big")
                ui.label(say(key)).classes("qt-dim")


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.0f}%"


def _minutes(visit: Visit, clock: ClockFigures) -> str:
    return "–" if clock.median is None else visit.texts("figures.minutes", minutes=round(clock.median))


def _charts(visit: Visit, found: Figures) -> None:
    say = visit.texts
    days = [f"{day:%m-%d}" for day in found.days]
    per_day = [
        {"name": say.word("category", name), "type": "bar", "stack": "all", "data": list(counts)}
        for name, counts in found.per_day.items()
    ]
    _chart(visit, "figures.per_day", _axes(days, per_day, legend=True), classes="qt-whole")
    _chart(visit, "figures.by_category", _bars(visit, "category", found.categories))
    severities = [(level, found.severities.get(level, 0)) for level in Severity]
    _chart(
        visit, "figures.by_severity", _columns([say.word("severity", w) for w, _ in severities], severities)
    )
    words = Wording(say, visit.desk.policy, visit.now)
    departments = [(words.department(key or None), n) for key, n in found.departments]
    _chart(visit, "figures.by_department", _named_bars(departments))
    _chart(visit, "figures.by_channel", _bars(visit, "channel", found.channels))
    if found.crises:
        _chart(visit, "figures.by_crisis", _bars(visit, "crisis_type", found.crises))
    _chart(visit, "figures.signals", _bars(visit, "signal", found.signals[:10]))
    _chart(visit, "figures.first_response", _histogram(visit, found.first_response))
    _chart(visit, "figures.headquarters", _clock_pie(visit, found.headquarters))
    _chart(visit, "figures.stages", _bars(visit, "stage", found.stages))
    stars = [say("case.stars", stars=star) for star in range(1, 6)]
    _chart(visit, "figures.ratings", _columns(stars, list(enumerate(found.ratings))))
    _chart(visit, "figures.feelings", _feelings(visit, found))


def _chart(visit: Visit, key: str, options: dict[str, Any], *, classes: str = "") -> None:
    title = visit.texts(key)
    with ui.element("section").classes(f"qt-card {classes}"):
        ui.label(title).classes("qt-heading").props("role=heading aria-level=2")
        ui.echart({"color": list(SERIES), "aria": {"enabled": True}, "tooltip": {}, **options}).classes(
            "qt-chart"
        )


def _axes(names: Sequence[str], series: list[dict[str, Any]], *, legend: bool = False) -> dict[str, Any]:
    options: dict[str, Any] = {
        "grid": {"left": 8, "right": 24, "top": 28, "bottom": 56 if legend else 8, "containLabel": True},
        "xAxis": {"type": "category", "data": list(names)},
        "yAxis": {"type": "value", "minInterval": 1},
        "tooltip": {"trigger": "axis"},
        "series": series,
    }
    return options | ({"legend": {"type": "scroll", "bottom": 0}} if legend else {})


def _columns(names: Sequence[str], counts: Sequence[tuple[Any, int]]) -> dict[str, Any]:
    data = [count for _, count in counts]
    return _axes(
        names, [{"type": "bar", "data": data, "label": {"show": True, "position": "top"}, "barMaxWidth": 48}]
    )


def _bars(visit: Visit, kind: str, counts: Sequence[tuple[Any, int]]) -> dict[str, Any]:
    """Lying bars, the first on top."""
    return _named_bars([(visit.texts.word(kind, word), n) for word, n in counts])


def _named_bars(counts: Sequence[tuple[str, int]]) -> dict[str, Any]:
    names = [name for name, _ in counts]
    series = {"type": "bar", "data": [n for _, n in counts], "barMaxWidth": 18}
    options = _axes(names, [series | {"label": {"show": True, "position": "right"}}])
    options["xAxis"], options["yAxis"] = options["yAxis"], options["xAxis"] | {"inverse": True}
    return options


def _histogram(visit: Visit, clock: ClockFigures) -> dict[str, Any]:
    """How many were met within so many minutes."""
    edges = (0, *MINUTES)
    counts = [
        sum(n for took, n in clock.minutes.items() if low < took <= high)
        for low, high in zip(edges, MINUTES, strict=False)
    ]
    names = [visit.texts("figures.within", minutes=high) for high in MINUTES]
    longer = sum(n for took, n in clock.minutes.items() if took > MINUTES[-1])
    return _columns(
        [*names, visit.texts("figures.longer", minutes=MINUTES[-1])], list(enumerate([*counts, longer]))
    )


def _clock_pie(visit: Visit, clock: ClockFigures) -> dict[str, Any]:
    say = visit.texts
    parts = {"clock.kept": clock.kept, "clock.breached": clock.breached, "clock.running": clock.running}
    data = [{"name": say(key), "value": n} for key, n in parts.items()]
    label = {"formatter": "{b}: {c}"}
    return {
        "color": ["#2c6e49", "#a8281e", "#c98b2b"],
        "series": [{"type": "pie", "radius": ["45%", "75%"], "data": data, "label": label}],
    }


def _feelings(visit: Visit, found: Figures) -> dict[str, Any]:
    say, feelings = visit.texts, found.feelings
    counts = [("fell", feelings.fell), ("same", feelings.same), ("rose", feelings.rose)]
    options = _columns([say(f"figures.feeling_{key}") for key, _ in counts], counts)
    options["title"] = {
        "text": say("figures.before_after", before=f"{feelings.before:.1f}", after=f"{feelings.after:.1f}"),
        "textStyle": {"fontSize": 13, "fontWeight": "normal"},
    }
    options["grid"]["top"] = 44
    return options
