"""Who had a case, one holding a line (playbook B4, D8): whose, how long, from whom and why, what fell due."""

from collections.abc import Sequence

from nicegui import ui

from bot.console.components.delays import lasted
from bot.console.components.entries import Reader
from bot.console.components.marks import tag
from ledger.views.handovers import Holding
from ledger.vocabulary import ActorKind


def handovers(reader: Reader, found: Sequence[Holding]) -> None:
    """The holdings in their order, the present one last."""
    for one in found:
        with ui.element("div").classes("qt-clock-row"):
            _holding(reader, one)


def _holding(reader: Reader, one: Holding) -> None:
    visit, say = reader.visit, reader.visit.texts
    owner = reader.people.get(one.owner or "", one.owner) or say("case.no_owner")
    department = reader.departments.get(one.department or "", one.department)
    ui.label(f"{owner} · {department}" if department else owner).classes("qt-strong")
    span = say("clock.span", start=visit.when(one.since), due=visit.when(one.until) or say("handover.now"))
    ui.label(span).classes("qt-dim")
    ui.label(lasted(say, one.lasted(visit.now)))
    for clock in one.breached:
        tag(say("handover.breached", clock=say.word("clock_kind", clock.kind)), "grave")
    if one.waited:
        ui.label(say("handover.waited", time=lasted(say, one.waited))).classes("qt-dim")
    if one.reason:
        giver = (
            reader.people.get(one.given_by, one.given_by)
            if one.given_by_kind is ActorKind.STAFF
            else say.word("actor", one.given_by_kind)
        )
        reason = say.word("reason", say.entries.get(f"value.{one.reason}", one.reason))
        ui.label(say("handover.given", by=giver, reason=reason)).classes("qt-wide qt-dim")
