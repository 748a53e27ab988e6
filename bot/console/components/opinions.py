"""What customers think of the outcome, on the page of figures (playbook C1)."""

from nicegui import ui

from bot.console.components.cases import link_to_case
from bot.console.visit import Visit
from ledger.views.opinions import Opinions


def opinions_card(visit: Visit, found: Opinions) -> None:
    """How many of the solved cases were rated, with how many stars, and the latest words."""
    say = visit.texts
    with ui.element("section").classes("qt-card"):
        ui.label(say("opinions.title")).classes("qt-heading").props("role=heading aria-level=2")
        if found.share is None:
            ui.label(say("opinions.none_solved")).classes("qt-empty")
            return
        rated = sum(found.rated.values())
        ui.label(say("opinions.share", rated=rated, solved=found.solved, share=f"{found.share:.0%}"))
        with ui.element("div").classes("qt-facts"):
            for stars, count in found.rated.items():
                ui.label(say("case.stars", stars=stars))
                ui.label(str(count))
        for one in found.latest:
            with ui.element("div").classes("qt-line"):
                link_to_case(one.number)
                if one.rating:
                    ui.label(say("case.stars", stars=one.rating)).classes("qt-dim")
            ui.label(one.words).classes("qt-text")
