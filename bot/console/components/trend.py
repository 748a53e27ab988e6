"""Where a complaint is going (走势预判, playbook B6): how far it has come, and the desk's own forecast."""

from nicegui import ui

from bot.console.components import marks
from bot.console.visit import Visit
from ledger.forecast import Forecast, forecast
from ledger.form_book import book
from ledger.services.trend import KIND
from ledger.views.complaints import ComplaintDetail
from ledger.vocabulary import FactKind


def trend_card(visit: Visit, found: ComplaintDetail) -> None:
    """The card's content."""
    say, seen = visit.texts, forecast_of(visit, found)
    with ui.element("div").classes("qt-line"):
        marks.tag(stage_in_words(visit, found), "warn" if seen.next else "plain")
        if seen.next:
            marks.tag(say("trend.next", stage=say.word("mention_kind", seen.next)), "warn")
    with ui.element("div").classes("qt-facts"):
        ui.label(say("trend.solvable"))
        ui.label(say.word("trend_solvable", seen.solvable))
        ui.label(say("trend.demand"))
        ui.label(say("trend.excessive" if seen.excessive else "trend.usual"))
        if seen.because:
            ui.label(say("trend.because"))
            ui.label(say.words("signal", list(seen.because)))


def forecast_of(visit: Visit, found: ComplaintDetail) -> Forecast:
    """The forecast from what the case holds now; corrected facts do not count."""
    amounts = [
        fact.value for fact in found.facts if fact.kind is FactKind.AMOUNT and fact.replaced_by is None
    ]
    line = found.complaint
    return forecast(signals=line.signals, remedies=line.remedies, amounts=amounts, policy=visit.desk.policy)


def stage_in_words(visit: Visit, found: ComplaintDetail) -> str:
    """How far it has come: as its form says, else a grumble."""
    form = next((line for line in found.forms if line.kind == KIND), None)
    states = book()[KIND].states
    state = form.state if form else book()[KIND].first
    return states[state].names[visit.texts.language]
