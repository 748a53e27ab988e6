"""One contact outside, whole: who, how to reach them, every visit (playbook D6)."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict
from typing import Any

from nicegui import ui
from sqlalchemy.ext.asyncio import AsyncSession

from bot.console.components import forms, marks
from bot.console.components.buttons import lasting
from bot.console.components.contacts import PATH, kept_by, next_visit, telephone, where
from bot.console.components.forms import Field
from bot.console.contacts import ask_details
from bot.console.layout import frame
from bot.console.visit import Visit, refusal, staff_page
from ledger.errors import NoSuchContact, NotAllowed
from ledger.form_values import moment_of
from ledger.services import outside_contacts
from ledger.services.outside_contacts import details_of
from ledger.views import outside_contacts as view
from ledger.views.outside_contacts import ContactLine, VisitLine
from ledger.vocabulary import Role


@staff_page(f"{PATH}/{{number}}")
async def contact(visit: Visit, number: str) -> None:
    """For who keeps the contact or reads them all; that they looked is noted."""
    say = visit.texts
    try:
        async with visit.desk.database.transaction() as session:
            found = await outside_contacts.open_contact(
                session, number=number, staff=visit.staff, policy=visit.desk.policy, now=visit.now
            )
            written = asdict(details_of(found))
            line = await view.contact_line(session, found.id, policy=visit.desk.policy)
            visits = await view.visits_of(session, found.id)
    except (NoSuchContact, NotAllowed) as refused:
        with frame(visit, say("nav.contacts"), here=PATH):
            closed = say("contacts.closed") if isinstance(refused, NotAllowed) else refusal(say, refused)
            ui.label(closed).classes("qt-empty")
        return
    with frame(visit, where(line), here=PATH):
        _Page(visit, line, written, visits).show()


class _Page:
    """What is kept of a contact, and what can be done about it."""

    def __init__(
        self, visit: Visit, line: ContactLine, written: dict[str, Any], visits: Sequence[VisitLine]
    ) -> None:
        self.visit, self.say, self.line = visit, visit.texts, line
        self.written, self.visits = written, visits

    def show(self) -> None:
        """Who it is beside the visits."""
        with ui.element("div").classes("qt-columns"):
            with ui.element("div"):
                self._who()
            with ui.element("div"):
                self._visits()

    def _who(self) -> None:
        say, line = self.say, self.line
        facts = {
            "contacts.name": line.name,
            "contacts.region": line.region,
            "contacts.note": line.note,
        }
        with ui.element("section").classes("qt-card"):
            with ui.element("div").classes("qt-line"):
                marks.tag(say.word("contact_kind", line.kind))
                ui.label(kept_by(self.visit, line)).classes("qt-dim")
                ui.space()
                ui.label(line.number).classes("qt-number qt-dim")
            with ui.element("div").classes("qt-facts"):
                ui.label(say("contacts.phone"))
                if line.phone:
                    telephone(line.phone)
                else:
                    ui.label(say("contacts.no_phone")).classes("qt-dim")
                for key, fact in facts.items():
                    if fact:
                        ui.label(say(key))
                        ui.label(fact)
            if self.visit.may(Role.SUPERVISOR):
                with ui.element("div").classes("qt-actions"):
                    self._button("contacts.change", self._change)
                    self._button("contacts.remove", self._remove)
        ui.label(say("contacts.on_record")).classes("qt-dim")

    def _visits(self) -> None:
        say, visit = self.say, self.visit
        with ui.element("h2").classes("qt-heading"):
            ui.label(say("contacts.visits"))
            ui.label(str(len(self.visits)) if self.visits else "").classes("qt-count")
        with ui.element("section").classes("qt-card"):
            with ui.element("div").classes("qt-line"):
                next_visit(visit, self.line)
                ui.space()
                ui.button(say("contacts.visit"), on_click=lasting(self._visit)).props("unelevated no-caps")
            for one in self.visits:
                ui.label(f"{visit.when(one.at)} · {one.by}").classes("qt-dim")
                ui.label(one.outcome).classes("qt-text")
            if not self.visits:
                ui.label(say("contacts.never_visited")).classes("qt-dim")

    def _button(self, key: str, press: Callable[[], Awaitable[None]]) -> None:
        ui.button(self.say.entries[key], on_click=lasting(press)).props("outline no-caps")

    async def _visit(self) -> None:
        say, here = self.say, self.visit.desk.policy.organisation.time_zone
        fields = {
            "at": Field("contacts.at", "moment", value=f"{self.visit.local(self.visit.now):%Y-%m-%dT%H:%M}"),
            "outcome": Field("contacts.outcome", "text"),
        }
        about = say("contacts.outcome_about")
        entered = await forms.ask(say, say("contacts.visit"), say("contacts.save"), fields, about=about)
        if entered:
            at = moment_of(entered["at"], here)
            await self._do(
                outside_contacts.visit, at=at, outcome=entered["outcome"], policy=self.visit.desk.policy
            )

    async def _change(self) -> None:
        details = await ask_details(self.visit, self.say("contacts.change"), self.written)
        if details:
            await self._do(outside_contacts.change, details=details)

    async def _remove(self) -> None:
        say, fields = self.say, {"reason": Field("case.reason", "text")}
        title, about = say("contacts.remove"), say("contacts.remove_about")
        entered = await forms.ask(say, title, title, fields, about=about)
        if entered:
            await self._do(outside_contacts.remove, reason=entered["reason"], to=PATH)

    async def _do(self, use_case: Callable[..., Awaitable[Any]], to: str | None = None, **asked: Any) -> None:
        visit = self.visit

        async def deed() -> bool:
            async with visit.desk.database.transaction() as session:
                await _called(session, use_case, visit, {"number": self.line.number, **asked})
            return True

        if await visit.act(deed, done=self.say("contacts.saved")):
            ui.navigate.to(to or f"{PATH}/{self.line.number}")


async def _called(
    session: AsyncSession, use_case: Callable[..., Awaitable[Any]], visit: Visit, asked: dict[str, Any]
) -> None:
    await use_case(session, staff=visit.staff, now=visit.now, **asked)
