"""One customer, whole: who they are, how they reached us, their history, and who else they may be (C7)."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from nicegui import ui
from sqlalchemy.ext.asyncio import AsyncSession

from bot.console.components import forms, marks
from bot.console.components.buttons import lasting
from bot.console.components.cases import link_to_case
from bot.console.components.forms import Field
from bot.console.customers import PATH, consent, customer_name
from bot.console.layout import frame
from bot.console.visit import Visit, staff_page
from ledger.errors import NoSuchCustomer, NotAllowed
from ledger.form_book import book
from ledger.services import erasing, register, secrecy
from ledger.views import customers as view
from ledger.views.customers import CustomerDetail, CustomerRow, PastCase
from ledger.views.forms import FormLine
from ledger.vocabulary import Role


@staff_page(f"{PATH}/{{customer_id}}")
async def customer(visit: Visit, customer_id: int) -> None:
    """Whoever needs to know reads it, and that they did is on record."""
    say = visit.texts
    try:
        async with visit.desk.database.transaction() as session:
            await register.view(session, customer_id=customer_id, staff=visit.staff, now=visit.now)
            reader = await secrecy.reader_of(session, visit.staff)
            found = await view.person(session, customer_id, reader=reader)
    except (NotAllowed, NoSuchCustomer) as refused:
        with frame(visit, say("nav.customers"), here=PATH):
            missing = isinstance(refused, NoSuchCustomer)
            ui.label(say("error.NoSuchCustomer" if missing else "register.closed")).classes("qt-empty")
        return
    if found is not None:
        row = next(one for one in found.members if one.id == customer_id)
        with frame(visit, customer_name(visit, row), here=PATH):
            _Page(visit, row, found).show()


class _Page:
    """What is known, and what a supervisor can do about it."""

    def __init__(self, visit: Visit, row: CustomerRow, found: CustomerDetail) -> None:
        self.visit, self.say, self.row, self.found = visit, visit.texts, row, found

    def show(self) -> None:
        """Who it is and who they may be beside what happened so far."""
        with ui.element("div").classes("qt-columns"):
            with ui.element("div"):
                self._who()
                self._alike()
            with ui.element("div"):
                self._history()

    def _heading(self, key: str) -> None:
        ui.label(self.say(key)).classes("qt-heading").props("role=heading aria-level=2")

    def _who(self) -> None:
        self._heading("register.who")
        for member in self.found.members:
            with ui.element("section").classes("qt-card"):
                self._member(member)
        if self.visit.may(Role.SUPERVISOR):
            with ui.element("div").classes("qt-actions"):
                self._button("register.link", self._link_by_number)
                self._button("register.erase", self._erase)

    def _member(self, member: CustomerRow) -> None:
        say = self.say
        facts = {
            "register.name": member.name,
            "register.phone": member.phone,
            "register.email": member.email,
        }
        with ui.element("div").classes("qt-line"):
            ui.label(say("register.unnamed", id=member.id)).classes("qt-strong")
            ui.label(consent(self.visit, member)).classes("qt-dim")
            if len(self.found.members) > 1 and self.visit.may(Role.SUPERVISOR):
                ui.space()
                self._button("register.separate", partial(self._separate, member))
        with ui.element("div").classes("qt-facts"):
            for key, fact in facts.items():
                if fact:
                    ui.label(say(key))
                    ui.label(fact)
            ui.label(say("register.reached"))
            with ui.element("div"):
                for one in self.found.addresses:
                    if one.customer == member.id:
                        way = f"{say.word('channel', one.channel)} {one.display_name or ''}".strip()
                        ui.label(say("register.reached_by", way=way, at=self.visit.when(one.since)))

    def _alike(self) -> None:
        if not self.found.alike or not self.visit.may(Role.SUPERVISOR):
            return
        self._heading("register.alike")
        with ui.element("section").classes("qt-card"):
            ui.label(self.say("register.alike_why")).classes("qt-dim")
            for other in self.found.alike:
                with ui.element("div").classes("qt-line"):
                    ui.link(customer_name(self.visit, other), f"{PATH}/{other.id}")
                    ui.label(other.phone or other.email or "").classes("qt-dim")
                    ui.space()
                    self._button("register.link", partial(self._link, other.id))

    def _history(self) -> None:
        self._heading("register.history")
        for case in self.found.cases:
            with ui.element("section").classes("qt-card"):
                self._case(case)
        if not self.found.cases:
            ui.label(self.say("register.no_cases")).classes("qt-empty")

    def _case(self, case: PastCase) -> None:
        say, visit = self.say, self.visit
        with ui.element("div").classes("qt-line"):
            link_to_case(case.number)
            ui.label(say.word("category", case.category) if case.category else "")
            marks.tag(say.word("case_status", case.status))
            ui.space()
            ui.label(visit.when(case.opened_at)).classes("qt-dim")
        for reason in marks.reasons(say, case.reasons):
            ui.label(reason).classes("qt-reason")
        for mark in case.marks:
            self._mark(mark)
        facts = {
            "case.owner": case.owner,
            "register.remedy": say.word("remedy", case.remedy) if case.remedy else None,
            "register.outcome": case.outcome,
            "register.opinion": say("register.rating", rating=case.rating) if case.rating else None,
        }
        with ui.element("div").classes("qt-facts"):
            for key, fact in facts.items():
                if fact:
                    ui.label(say(key))
                    ui.label(fact)
        if case.opinion:
            ui.label(case.opinion).classes("qt-dim qt-text")

    def _mark(self, mark: FormLine) -> None:
        kind, say = book()[mark.kind], self.say
        with ui.element("div").classes("qt-line"):
            ui.link(kind.names[say.language], f"/desk/forms/{mark.number}")
            marks.tag(
                kind.states[mark.state].names[say.language], "warn" if mark.closed_at is None else "plain"
            )
            ui.label(str(mark.filled.get("evidence") or "")).classes("qt-dim")

    def _button(self, key: str, press: Callable[[], Awaitable[None]]) -> None:
        ui.button(self.say(key), on_click=lasting(press)).props("outline dense no-caps")

    async def _link_by_number(self) -> None:
        fields = {"other": Field("register.link_id", "number"), "reason": Field("register.reason", "text")}
        entered = await forms.ask(
            self.say, self.say("register.link"), self.say("register.link_submit"), fields
        )
        if entered is not None and str(entered["other"]).isdecimal():
            await self._do(
                register.link, "register.linked", other_id=int(entered["other"]), reason=entered["reason"]
            )

    async def _link(self, other: int) -> None:
        if (reason := await self._reason("register.link", "register.link_submit")) is not None:
            await self._do(register.link, "register.linked", other_id=other, reason=reason)

    async def _separate(self, member: CustomerRow) -> None:
        if (reason := await self._reason("register.separate", "register.separate_submit")) is not None:
            await self._do(register.separate, "register.separated", customer_id=member.id, reason=reason)

    async def _erase(self) -> None:
        ui.notify(self.say("register.erase_about"), type="warning", textColor="white", multi_line=True)
        if (reason := await self._reason("register.erase", "register.erase_submit")) is not None:
            await self._do(erasing.erase, "register.erase_done", reason=reason)

    async def _reason(self, title: str, submit: str) -> str | None:
        fields = {"reason": Field("register.reason", "text")}
        entered = await forms.ask(self.say, self.say(title), self.say(submit), fields)
        return str(entered["reason"]) if entered is not None else None

    async def _do(self, use_case: Callable[..., Awaitable[Any]], done: str, **asked: Any) -> None:
        visit = self.visit
        asked = {"customer_id": self.row.id, **asked}

        async def deed() -> bool:
            async with visit.desk.database.transaction() as session:
                await _called(session, use_case, asked, visit)
            return True

        if await visit.act(deed, done=self.say(done)):
            await self._again()

    async def _again(self) -> None:
        ui.navigate.to(f"{PATH}/{self.row.id}")


async def _called(
    session: AsyncSession, use_case: Callable[..., Awaitable[Any]], asked: dict[str, Any], visit: Visit
) -> None:
    await use_case(session, staff=visit.staff, now=visit.now, **asked)
