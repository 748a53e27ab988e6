"""One complaint or contact: its facts, clocks and ledger, and what staff can do with it."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import partial
from typing import Any

from nicegui import ui

from bot.console.closed import closed
from bot.console.components import forms, marks
from bot.console.components.aftercare import aftercare
from bot.console.components.answering import answering
from bot.console.components.bubbles import bubble
from bot.console.components.buttons import lasting
from bot.console.components.clocks import acknowledge_button, clock_table, waiting_banner
from bot.console.components.entries import Reader, entry
from bot.console.components.form import form_link
from bot.console.components.forms import Field
from bot.console.components.grade import grade_card
from bot.console.components.handovers import handovers
from bot.console.components.keyed import KeyedList
from bot.console.components.mentions import said_elsewhere
from bot.console.components.now import now_card
from bot.console.components.secrecy import SecrecyCard, grade_tag
from bot.console.components.told import facts_told, feelings
from bot.console.components.trend import trend_card
from bot.console.layout import frame
from bot.console.news import on_news
from bot.console.opening import ask_which, kinds_for, open_new
from bot.console.visit import Visit, staff_page
from bot.live import News
from ledger.errors import NeedToKnow, NoSuchCase
from ledger.form_book import book
from ledger.services import cases, departments, secrecy
from ledger.services import staff as accounts
from ledger.views import complaints
from ledger.views.clocks import ClockLine
from ledger.views.complaints import ComplaintDetail, EntryLine, TaskLine
from ledger.views.confidence import Confidence, confidence
from ledger.views.handovers import holdings
from ledger.views.messages import Line
from ledger.vocabulary import CaseStatus, ClockKind, Holding

TOPICS = ("case", "clock", "form", "message", "conversation")


@staff_page("/desk/complaints/{number}")
async def complaint(visit: Visit, number: str) -> None:
    """Read it, tell the customer, promise, pass on, solve, reopen."""
    try:
        async with visit.desk.database.transaction() as session:
            permit = await secrecy.open_case(
                session, number=number, staff=visit.staff, policy=visit.desk.policy, now=visit.now
            )
    except NeedToKnow as refused:
        closed(visit, refused)
        return
    except NoSuchCase:
        with frame(visit, visit.texts("error.no_case", number=number)):
            return
    async with visit.desk.database.transaction() as session:
        found = await complaints.complaint(session, permit.number, permit)
        how = await confidence(session, permit.case_id)
        places = await departments.list_departments(session)
        people = await accounts.list_staff(session, disabled=True)
    reader = Reader(
        visit,
        people={person.username: person.name for person in people},
        departments={place.key: place.names.get(visit.texts.language, place.key) for place in places},
    )
    assert found is not None  # noqa: S101 — there is none without a permit
    with frame(visit, permit.number):
        _Page(reader, permit.number).show(found, how)


class _Page:
    """The parts of the page that change, and how they follow the database."""

    def __init__(self, reader: Reader, number: str) -> None:
        self.visit, self.number, self.departments = reader.visit, number, reader.departments
        self._people, self._reader = reader.people, reader
        visit = reader.visit
        self._conversations: tuple[int, ...] = ()
        self._offered: object = None
        self._confidence: object = None
        on_news(visit.desk, self.refresh, *TOPICS, about=self._about)
        say = visit.texts
        self._head = ui.element("div").classes("qt-line")
        self._actions = ui.element("div").classes("qt-actions")
        self._now = ui.element("div")
        with ui.element("div").classes("qt-columns"):
            with ui.element("div"):
                self._facts = ui.element("section").classes("qt-card")
                self._heading(say("form_page.of_case"))
                self._forms = ui.element("section").classes("qt-card")
                self._heading(say("case.transcript"))
                with ui.element("div").classes("qt-transcript"):
                    self._messages = KeyedList[Line](
                        lambda line: line.id, lambda line: bubble(visit, line), empty=say("case.no_talk")
                    )
                said_elsewhere(visit, number)
                self._heading(say("handover.title"))
                self._holdings = ui.element("section").classes("qt-card")
            with ui.element("div"):
                aftercare(visit, number)
                self._heading(say("grade.title"))
                self._grade = ui.element("section").classes("qt-card")
                self._heading(say("trend.title"))
                self._trend = ui.element("section").classes("qt-card")
                self._heading(say("case.clocks"))
                self._clocks = ui.element("section").classes("qt-card")
                answering(reader, number)
                self._heading(say("secrecy.title"))
                self._secrecy = ui.element("section").classes("qt-card")
        self._heading(say("case.ledger"))
        with ui.element("section").classes("qt-card"):
            self._entries = KeyedList[EntryLine](
                lambda line: line.position, lambda line: entry(reader, line), classes="qt-entries"
            )

    def _heading(self, text: str) -> None:
        ui.label(text).classes("qt-heading").props("role=heading aria-level=2")

    def show(self, found: ComplaintDetail, how: Confidence) -> None:
        """Bring everything to ``found``, and its card of confidentiality to ``how``."""
        self._show_secrecy(found, how)
        self._conversations = tuple(talk.id for talk in found.conversations)
        self._messages.show(found.transcript)
        self._entries.show(found.entries[::-1])
        offered = (
            found.complaint.state,
            found.complaint.special,
            found.conversations,
            self._waits(found),
            found.waiting,
        )
        if offered != self._offered:
            self._offered = offered
            self._actions.clear()
            with self._actions:
                self._build_actions(found)
        for part, build in (
            (self._head, self._build_head),
            (self._now, partial(now_card, self.visit)),
            (self._facts, self._build_facts),
            (self._grade, self._build_grade),
            (self._trend, partial(trend_card, self.visit)),
            (self._clocks, self._build_clocks),
            (self._holdings, self._build_holdings),
            (self._forms, self._build_forms),
        ):
            part.clear()
            with part:
                build(found)

    async def refresh(self) -> None:
        """Read the complaint again; who may not any more is shown the door."""
        try:
            async with self.visit.desk.database.transaction() as session:
                permit = await secrecy.permit_for(session, number=self.number, staff=self.visit.staff)
                found = await complaints.complaint(session, self.number, permit)
                how = await confidence(session, permit.case_id)
        except NeedToKnow:
            ui.navigate.reload()
            return
        if found:
            self.show(found, how)

    def _show_secrecy(self, found: ComplaintDetail, how: Confidence) -> None:
        shown = (found.complaint.secret_grade, how, len(found.entries))
        if shown != self._confidence:
            self._confidence = shown
            self._secrecy.clear()
            with self._secrecy:
                SecrecyCard(self.visit, found, how, self.refresh).build()

    def _waits(self, found: ComplaintDetail) -> bool:
        """Whether headquarters has not acknowledged yet."""
        return any(clock.kind is ClockKind.HEADQUARTERS and not clock.stopped_at for clock in found.clocks)

    def _about(self, news: News) -> bool:
        if news["topic"] in ("message", "conversation"):
            return news.get("conversation") in self._conversations
        return bool(news.get("number", self.number) == self.number)

    def _build_head(self, found: ComplaintDetail) -> None:
        say, line = self.visit.texts, found.complaint
        if line.demo:
            marks.demo(say)
        if line.drill:
            marks.drill(say)
        if line.special:
            marks.green_channel(say)
        grade_tag(say, line.secret_grade)
        marks.tag(say.word("case_type", line.type))
        category = say.word("category", line.category) if line.category else ""
        ui.label(category).classes("qt-strong")
        marks.severity(say, line.severity)
        marks.tag(
            say.word("case_status", line.state), "green" if line.state is CaseStatus.RESOLVED else "plain"
        )
        marks.stages(say, line.stage)

    def _build_actions(self, found: ComplaintDetail) -> None:
        acknowledge_button(self.visit, self.number, found.clocks, self.refresh)
        if found.complaint.state is CaseStatus.OPEN:
            first = self.visit.may_acknowledge and self._waits(found)
            self._button("case.progress", self._progress, "outline" if first else "unelevated")
            self._button("case.promise", self._promise)
            if found.waiting:
                self._button("case.go_on", self._go_on)
            else:
                self._button("case.wait", self._wait)
            self._button("case.assign", self._assign)
            if not found.complaint.special:
                self._button("case.flag", self._flag)
            self._button("case.resolve", self._resolve)
        else:
            self._button("case.reopen", self._reopen)
        for talk in found.conversations:
            text = self.visit.texts("case.open_talk", channel=self.visit.texts.word("channel", talk.channel))
            if talk.holding is Holding.HUMAN:
                text = f"{text} · {talk.holder}"
            ui.link(text, f"/desk/conversations/{talk.id}")
        ui.link(self.visit.texts("register.open"), f"/desk/customers/{found.customer.id}")

    def _button(self, key: str, press: Callable[[], Awaitable[None]], look: str = "outline") -> None:
        ui.button(self.visit.texts(key), on_click=lasting(press)).props(f"{look} no-caps")

    def _build_facts(self, found: ComplaintDetail) -> None:
        say, line, visit = self.visit.texts, found.complaint, self.visit
        for reason in marks.reasons(say, found.special_reasons):
            ui.label(reason).classes("qt-reason")
        with ui.element("div").classes("qt-line"):
            marks.signals(say, line.signals)
        facts = {
            "case.narrative": found.narrative,
            "case.remedies": say.words("remedy", line.remedies),
            "case.further": say.words("category", line.further_categories),
            "case.owner": line.owner or say("case.no_owner"),
            "case.department": self.departments.get(line.department or "", ""),
            "case.opened": say(
                "case.opened_by", at=visit.when(line.opened_at), channel=say.word("channel", line.channel)
            ),
            "case.entered_by": found.entered_by,
            "customer.name": found.customer.name,
            "customer.contact": self._contact(found),
            "case.pass_code": found.pass_code,
            "case.remedy_given": found.remedy_given,
            "case.outcome": found.outcome,
            "case.root_cause": found.root_cause,
            "case.rating": say("case.stars", stars=line.rating) if line.rating else None,
            "case.opinion": found.opinion,
            "case.reopened": visit.when(found.reopened_at),
        }
        with ui.element("div").classes("qt-facts"):
            for key, fact in facts.items():
                if fact:
                    ui.label(say(key))
                    ui.label(fact)
        feelings(say, found.emotion_trail)
        facts_told(say, found.facts)

    def _contact(self, found: ComplaintDetail) -> str:
        say, person = self.visit.texts, found.customer
        told = [word for word in (person.phone, person.email) if word]
        if told:
            return say("format.and").join(told)
        return say("customer.refused" if person.contact_refused else "customer.not_told")

    def _build_grade(self, found: ComplaintDetail) -> None:
        grade_card(self.visit, found, self._people, self.refresh)

    def _build_clocks(self, found: ComplaintDetail) -> None:
        in_sight = sorted(found.clocks, key=lambda clock: (clock.stopped_at is not None, clock.order))
        if found.waiting:
            waiting_banner(self.visit, found.waiting)
        tasks = {task.id: task for task in found.tasks if task.done_at is None}
        timed = {clock.task for clock in found.clocks if clock.stopped_at is None}

        def end(clock: ClockLine) -> None:
            if task := tasks.get(clock.task or 0):
                self._end_of(task)

        clock_table(self.visit, in_sight, end)
        if not found.clocks:
            ui.label(self.visit.texts("case.no_clocks")).classes("qt-dim")
        for task in (one for one in tasks.values() if one.id not in timed):
            with ui.element("div").classes("qt-clock-row"):
                ui.label(task.note).classes("qt-wide")
                self._end_of(task)

    def _build_holdings(self, found: ComplaintDetail) -> None:
        handovers(self._reader, holdings(found.entries, found.clocks, now=self.visit.now))

    def _build_forms(self, found: ComplaintDetail) -> None:
        if found.lacking_to_close:
            names = [book()[kind].names[self.visit.texts.language] for kind in found.lacking_to_close]
            forms_named = self.visit.texts("format.and").join(names)
            ui.label(self.visit.texts("review.lacking", forms=forms_named)).classes("qt-reason")
        for line in found.forms:
            form_link(self.visit, line, of=self.number)

        async def begin() -> None:
            if chosen := await ask_which(self.visit, "case"):
                await open_new(self.visit, chosen, self.number)

        if kinds_for(self.visit, "case"):
            ui.button(self.visit.texts("form_page.open"), on_click=lasting(begin)).props(
                "outline dense no-caps"
            )

    def _end_of(self, task: TaskLine) -> None:
        """Whose promise it is, and the button that ends it."""
        say = self.visit.texts

        async def finish() -> None:
            fields = {"note": Field("case.task_note", "text")}
            entered = await forms.ask(say, task.note, say("case.task_done"), fields)
            if entered is None:
                return

            async def deed(session: Any, now: datetime) -> None:
                await cases.complete(
                    session, task_id=task.id, note=entered["note"], staff=self.visit.staff, now=now
                )

            await self._do(deed, say("case.task_finished"))

        ui.label(task.assignee or say("routing.team")).classes("qt-dim")
        ui.button(say("case.task_done"), on_click=lasting(finish)).props("outline dense no-caps")

    async def _progress(self) -> None:
        await self._ask("progress", {"text": Field("case.progress_text", "text")}, cases.progress)

    async def _resolve(self) -> None:
        fields = {
            "remedy": Field("case.remedy_told"),
            "outcome": Field("case.outcome_told", "text"),
            "root_cause": Field("case.root_cause", "text"),
        }
        await self._ask("resolve", fields, cases.resolve)

    async def _reopen(self) -> None:
        await self._ask("reopen", {"reason": Field("case.reason", "text")}, cases.reopen)

    async def _wait(self) -> None:
        await self._ask("wait", {"reason": Field("case.wait_reason", "text")}, cases.wait)

    async def _go_on(self) -> None:
        visit = self.visit

        async def deed(session: Any, now: datetime) -> None:
            await cases.go_on(
                session, number=self.number, staff=visit.staff, policy=visit.desk.policy, now=now
            )

        await self._do(deed, visit.texts("case.go_on_done"))

    async def _flag(self) -> None:
        await self._ask("flag", {"reason": Field("case.reason", "text")}, cases.flag)

    async def _promise(self) -> None:
        def due(entered: dict[str, Any]) -> dict[str, Any]:
            zone = self.visit.desk.policy.organisation.time_zone
            return {**entered, "due_at": datetime.fromisoformat(entered["due_at"]).replace(tzinfo=zone)}

        fields = {"note": Field("case.promise_note"), "due_at": Field("case.promise_due", "moment")}
        await self._ask("promise", fields, cases.promise_call, due)

    async def _assign(self) -> None:
        async with self.visit.desk.database.transaction() as session:
            people = {person.id: person for person in await accounts.list_staff(session)}
            places = {place.key: place for place in await departments.list_departments(session)}
        fields = {
            "owner": Field(
                "case.owner", "choice", {key: row.name for key, row in people.items()}, required=False
            ),
            "department": Field("case.department", "choice", self.departments, required=False),
            "reason": Field("case.reason", "text"),
        }

        def chosen(entered: dict[str, Any]) -> dict[str, Any]:
            return {
                "owner": people.get(entered["owner"]),
                "department": places.get(entered["department"]),
                "reason": entered["reason"],
            }

        await self._ask("assign", fields, cases.assign, chosen, policy=False)

    async def _ask(
        self,
        name: str,
        fields: dict[str, Field],
        service: Callable[..., Awaitable[Any]],
        read: Callable[[dict[str, Any]], dict[str, Any]] = lambda entered: entered,
        *,
        policy: bool = True,
    ) -> None:
        """Ask for ``fields`` and call ``service`` with them, for this case and in the reader's name."""
        say, visit = self.visit.texts, self.visit
        entered = await forms.ask(say, say(f"case.{name}"), say(f"case.{name}_submit"), fields)
        if entered is None:
            return
        more = {"policy": visit.desk.policy} if policy else {}

        async def deed(session: Any, now: datetime) -> None:
            await service(session, number=self.number, staff=visit.staff, now=now, **read(entered), **more)

        await self._do(deed, say(f"case.{name}_done"))

    async def _do(self, deed: Callable[[Any, datetime], Awaitable[None]], done: str) -> None:
        async def act() -> None:
            async with self.visit.desk.database.transaction() as session:
                await deed(session, self.visit.now)

        await self.visit.act(act, done=done)
        await self.refresh()
