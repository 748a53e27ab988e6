"""A group event beside its form (playbook B9): how grave it is and why, and what moves together."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import Any

from nicegui import ui
from sqlalchemy.ext.asyncio import AsyncSession

from bot.console.components import forms, marks
from bot.console.components.buttons import lasting
from bot.console.components.forms import Field
from bot.console.visit import Visit, refusal
from ledger.group_events import Judgement, Level, Reason, judge
from ledger.models import Staff
from ledger.services import cases, group_cases, secrecy
from ledger.services import staff as accounts
from ledger.services.group_events import crowd_of
from ledger.services.together import for_each
from ledger.views import group_cases as view
from ledger.views.forms import FormDetail
from ledger.views.group_cases import Alike, Member

TONES: Mapping[Level, str] = {Level.NEITHER: "plain", Level.MAJOR: "warn", Level.ESPECIALLY_MAJOR: "grave"}

Then = Callable[[], Awaitable[None]]
Deed = Callable[[AsyncSession, str], Awaitable[object]]


async def group(visit: Visit, session: AsyncSession, found: FormDetail, then: Then) -> Callable[[], None]:
    """Reads the group and returns what shows it."""
    policy, number = visit.desk.policy, found.line.number
    open_ = found.line.closed_at is None
    alike = await view.alike(session, number, policy=policy) if open_ else []
    people = await accounts.list_staff(session)
    card = GroupCard(visit, found, await view.members(session, number), alike, people, then)
    return partial(card.show, judge(crowd_of(found.values), policy.group_events))


class GroupCard:
    """The cases of one group event, and what is done to all of them in one go."""

    def __init__(
        self,
        visit: Visit,
        found: FormDetail,
        members: Sequence[Member],
        alike: Sequence[Alike],
        people: Sequence[Staff],
        then: Then,
    ) -> None:
        self.visit, self.say, self.then = visit, visit.texts, then
        self.number, self.open = found.line.number, found.line.closed_at is None
        self.members, self.alike = members, alike
        self.people = {person.id: person for person in people if person.disabled_at is None}

    def show(self, found: Judgement) -> None:
        """Build it here."""
        self._level(found)
        self._heading("group.cases")
        with ui.element("section").classes("qt-card"):
            for member in self.members:
                self._member(member)
            if self.open:
                with ui.element("div").classes("qt-actions"):
                    self._button("group.tell_all", self._tell_all)
                    self._button("group.assign_all", self._assign_all)
                    self._button("group.resolve_all", self._resolve_all)
                    self._button("group.link", self._ask_which)
        if self.alike:
            self._heading("group.alike")
            with ui.element("section").classes("qt-card"):
                for one in self.alike:
                    self._proposed(one)

    def _level(self, found: Judgement) -> None:
        self._heading("group.level")
        with ui.element("section").classes("qt-card"):
            with ui.element("div").classes("qt-line"):
                marks.tag(self.say.word("group_level", found.level), TONES[found.level])
            for reason in found.reasons:
                ui.label(self._why(reason)).classes("qt-text")
            if not found.reasons:
                ui.label(self.say("group.no_reason")).classes("qt-dim")

    def _why(self, reason: Reason) -> str:
        return self.say(f"group_reason.{reason.code}", count=reason.count, limit=reason.limit)

    def _member(self, member: Member) -> None:
        with ui.element("div").classes("qt-line"):
            self._case(member.number, member.category)
            if member.lead:
                marks.tag(self.say("group.lead"), "green")
            marks.tag(self.say.word("case_status", member.status))
            if self.open and not member.lead:
                self._button("group.unlink", partial(self._unlink, member.number), "flat dense")

    def _proposed(self, one: Alike) -> None:
        with ui.element("div").classes("qt-line"):
            self._case(one.number, one.category)
            for code, words in one.reasons.items():
                ui.label(self.say(f"group_alike.{code}", words=words)).classes("qt-reason")
            self._button("group.belongs", partial(self._link, one.number))

    def _case(self, number: str, category: str | None) -> None:
        ui.link(number, f"/desk/complaints/{number}").classes("qt-number")
        if category:
            ui.label(self.say.word("category", category)).classes("qt-dim")

    def _heading(self, key: str) -> None:
        ui.label(self.say.entries[key]).classes("qt-heading").props("role=heading aria-level=2")

    def _button(self, key: str, press: Callable[[], Awaitable[None]], look: str = "outline") -> None:
        ui.button(self.say.entries[key], on_click=lasting(press)).props(f"{look} no-caps")

    async def _ask_which(self) -> None:
        asked = {"number": Field("group.number")}
        if entered := await forms.ask(self.say, self.say("group.link"), self.say("group.link"), asked):
            await self._link(entered["number"])

    async def _link(self, number: str) -> None:
        async def deed() -> None:
            async with self.visit.desk.database.transaction() as session:
                await secrecy.permit_for(session, number=number, staff=self.visit.staff)
                await group_cases.link(
                    session, form=self.number, number=number, staff=self.visit.staff, now=self.visit.now
                )

        await self.visit.act(deed, done=self.say("group.linked", number=number))
        await self.then()

    async def _unlink(self, number: str) -> None:
        asked = {"reason": Field("case.reason", "text")}
        entered = await forms.ask(self.say, self.say("group.unlink"), self.say("group.unlink"), asked)
        if entered is None:
            return

        async def deed() -> None:
            async with self.visit.desk.database.transaction() as session:
                await group_cases.unlink(
                    session,
                    form=self.number,
                    number=number,
                    reason=entered["reason"],
                    staff=self.visit.staff,
                    now=self.visit.now,
                )

        await self.visit.act(deed)
        await self.then()

    async def _tell_all(self) -> None:
        visit = self.visit

        async def deed(session: AsyncSession, number: str) -> None:
            await group_cases.tell(
                session,
                form=self.number,
                number=number,
                staff=visit.staff,
                policy=visit.desk.policy,
                now=visit.now,
            )

        await self._to_all(deed)

    async def _assign_all(self) -> None:
        names = {key: person.name for key, person in self.people.items()}
        asked = {"owner": Field("case.owner", "choice", names), "reason": Field("case.reason", "text")}
        await self._ask_and_do("group.assign_all", asked, self._assign)

    async def _assign(self, session: AsyncSession, number: str, entered: Mapping[str, Any]) -> None:
        await cases.assign(
            session,
            number=number,
            owner=self.people[entered["owner"]],
            reason=entered["reason"],
            staff=self.visit.staff,
            now=self.visit.now,
        )

    async def _resolve_all(self) -> None:
        asked = {
            "remedy": Field("case.remedy_told"),
            "outcome": Field("case.outcome_told", "text"),
            "root_cause": Field("case.root_cause", "text"),
        }
        await self._ask_and_do("group.resolve_all", asked, self._resolve)

    async def _resolve(self, session: AsyncSession, number: str, entered: Mapping[str, Any]) -> None:
        visit = self.visit
        policy, now = visit.desk.policy, visit.now
        await cases.resolve(session, number=number, staff=visit.staff, policy=policy, now=now, **entered)

    async def _ask_and_do(
        self, key: str, asked: Mapping[str, Field], deed: Callable[..., Awaitable[None]]
    ) -> None:
        title = self.say.entries[key]
        entered = await forms.ask(self.say, title, title, asked)
        if entered is not None:
            await self._to_all(lambda session, number: deed(session, number, entered))

    async def _to_all(self, deed: Deed) -> None:
        """To every open case of the group, each for itself; then how many, and why not the others."""

        async def permitted(session: AsyncSession, number: str) -> None:
            await secrecy.permit_for(session, number=number, staff=self.visit.staff)
            await deed(session, number)

        numbers = [member.number for member in self.members]
        outcome = await self.visit.act(lambda: for_each(self.visit.desk.database, numbers, permitted))
        if outcome is None:
            return
        ui.notify(self.say("group.done", count=len(outcome.done)), type="positive")
        for number, error in outcome.refused.items():
            ui.notify(
                f"{number}: {refusal(self.say, error)}", type="warning", textColor="white", timeout=8000
            )
        await self.then()
