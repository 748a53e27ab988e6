"""Who answers for a case: first responsible, kind of crisis, departments (playbook B1, B3, B4)."""

from datetime import datetime

from nicegui import ui

from bot.console.components import forms, marks
from bot.console.components.buttons import lasting
from bot.console.components.entries import Reader
from bot.console.components.forms import Field
from bot.console.news import on_news
from ledger.services import crisis, secrecy
from ledger.views import complaints
from ledger.views.complaints import ComplaintDetail
from ledger.views.handovers import first_responsible, holdings
from ledger.views.routing import Place, Routing, routing
from ledger.vocabulary import CrisisType, Role


def answering(reader: Reader, number: str) -> None:
    """The card with its heading; it follows the case by itself."""
    visit = reader.visit
    ui.label(visit.texts("routing.title")).classes("qt-heading").props("role=heading aria-level=2")
    card = ui.element("section").classes("qt-card")

    async def show() -> None:
        async with visit.desk.database.transaction() as session:
            permit = await secrecy.permit_for(session, number=number, staff=visit.staff)
            found = await complaints.complaint(session, number, permit)
            if found is None:
                return
            told = frozenset(fact.kind for fact in found.facts)
            routed = await routing(session, number=number, told=told, policy=visit.desk.policy, now=visit.now)
        card.clear()
        with card:
            _Card(reader, found, routed).show()

    on_news(visit.desk, show, "case", "clock", about=lambda news: news.get("number", number) == number)
    ui.timer(0, show, once=True, immediate=True)


class _Card:
    """What the card shows, from one reading."""

    def __init__(self, reader: Reader, found: ComplaintDetail, routed: Routing) -> None:
        self.reader, self.visit, self.say = reader, reader.visit, reader.visit.texts
        self.found, self.routed = found, routed
        self.held = holdings(found.entries, found.clocks, now=self.visit.now)

    def show(self) -> None:
        """Who first, then what, then which departments."""
        self._people()
        for place in self.routed.places:
            self._place(place)
        if self.visit.may(Role.SUPERVISOR):
            with ui.element("div").classes("qt-actions"):
                ui.button(self.say("routing.set"), on_click=lasting(self._set)).props("outline dense no-caps")

    def _people(self) -> None:
        first = first_responsible(self.held)
        line = self.found.complaint
        facts = {
            "routing.first": self.reader.people.get(first, first) if first else self.say("routing.nobody"),
            "routing.holder": line.owner or self.say("routing.team"),
            "routing.kind": self._kind(),
        }
        with ui.element("div").classes("qt-facts"):
            for key, fact in facts.items():
                if fact:
                    ui.label(self.say(key))
                    ui.label(fact)

    def _kind(self) -> str | None:
        if self.routed.crisis is None:
            return None
        kind = self.say.word("crisis_type", self.routed.crisis)
        why = self.routed.because
        return self.say("routing.because", kind=kind, why=self.say.word("value", why)) if why else kind

    def _place(self, place: Place) -> None:
        say = self.say
        with ui.element("div").classes("qt-line"):
            ui.label(place.names.get(say.language, place.key)).classes("qt-strong")
            for part in place.parts:
                marks.tag(say(f"routing.{part}"), "calm" if part in ("has_it", "leads") else "plain")
            if place.due_at:
                marks.tag(say("routing.channel"), "green")
                ui.label(self._channel(place.due_at, place.answered_at)).classes("qt-dim")
            people = say("format.and").join(place.people)
            there = say("routing.on_duty", who=people) if people else say("routing.no_one_on_duty")
            ui.label(there).classes("qt-dim")

    def _channel(self, due_at: datetime, answered_at: datetime | None) -> str:
        if answered_at:
            return f"{self.say('routing.answered')} {self.visit.when(answered_at)}"
        return self.say("routing.due", at=self.visit.when(due_at))

    async def _set(self) -> None:
        say, visit = self.say, self.visit
        fields = {
            "crisis": Field("routing.kind", "choice", say.options("crisis_type"), self.routed.crisis),
            "reason": Field("case.reason", "text"),
        }
        entered = await forms.ask(say, say("routing.set"), say("routing.set_submit"), fields)
        if entered is None:
            return

        async def deed() -> None:
            async with visit.desk.database.transaction() as session:
                await crisis.set_by_hand(
                    session,
                    number=self.found.complaint.number,
                    crisis=CrisisType(entered["crisis"]),
                    reason=entered["reason"],
                    staff=visit.staff,
                    policy=visit.desk.policy,
                    now=visit.now,
                )

        await visit.act(deed, done=say("routing.set_done"))
