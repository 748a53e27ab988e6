"""One conversation: its transcript as it grows, the reply box, and the customer and cases beside it."""

from collections.abc import Awaitable, Callable
from contextlib import suppress

from nicegui import ui
from sqlalchemy.exc import TimeoutError as PoolExhausted

from bot import conversation as talks
from bot.console.closed import closed
from bot.console.company import SAID_EVERY, STAFF_HERE, WRITES_FOR, Company
from bot.console.components import forms, marks
from bot.console.components.bubbles import bubble
from bot.console.components.buttons import lasting
from bot.console.components.cases import case_card, link_to_case
from bot.console.components.forms import Field
from bot.console.components.keyed import KeyedList
from bot.console.components.references import References
from bot.console.components.warnings import Warnings
from bot.console.layout import frame
from bot.console.news import on_news
from bot.console.queue import take
from bot.console.visit import AWAY, Visit, staff_page
from bot.live import News
from bot.presence import CUSTOMER_TYPING
from ledger import live
from ledger.errors import NeedToKnow
from ledger.services import secrecy
from ledger.views import transcripts
from ledger.views.messages import Line
from ledger.views.rows import CaseRow
from ledger.views.transcripts import Transcript
from ledger.vocabulary import Holding, Role


@staff_page("/desk/conversations/{conversation_id}")
async def conversation(visit: Visit, conversation_id: int) -> None:
    """Read along, take over, answer, hand back."""
    try:
        async with visit.desk.database.transaction() as session:
            await secrecy.open_conversation(
                session,
                conversation_id=conversation_id,
                staff=visit.staff,
                policy=visit.desk.policy,
                now=visit.now,
            )
        talk = await _read(visit, conversation_id)
    except NeedToKnow as refused:
        closed(visit, refused)
        return
    if talk is None:
        with frame(visit, visit.texts("error.no_conversation")):
            return
    with frame(visit, talk.customer.name or visit.texts("customer.unnamed", id=talk.id)):
        await _Page(visit, conversation_id).show(talk)


async def _read(visit: Visit, conversation_id: int) -> Transcript | None:
    """Raises NeedToKnow: a graded case is talked about that the reader may not read, or not any more."""
    async with visit.desk.database.transaction() as session:
        await secrecy.check_conversation(session, conversation_id=conversation_id, staff=visit.staff)
        return await transcripts.conversation(session, conversation_id)


class _Page:
    """The parts of the page that change, and how they follow the database."""

    def __init__(self, visit: Visit, conversation_id: int) -> None:
        self.visit, self.id = visit, conversation_id
        self._cases: tuple[str, ...] = ()
        self._held: object = None
        on_news(visit.desk, self.refresh, "message", "conversation", "case", "clock", about=self._about)
        self._company, self._newcomer = Company(visit.staff.id), False
        self._said_writing = visit.now - WRITES_FOR
        self._mine = False
        on_news(visit.desk, self._greet, STAFF_HERE, about=self._note_colleague, catch_up=False)
        on_news(visit.desk, self._show_typing, CUSTOMER_TYPING, about=self._about, catch_up=False)
        with ui.element("div").classes("qt-columns"):
            with ui.element("div"):
                self._holding = ui.element("div").classes("qt-line")
                self._colleagues = ui.label().classes("qt-tag qt-warn qt-colleagues").props("role=status")
                self._colleagues.set_visibility(False)
                self._trail = ui.element("div")
                self._transcript()
                with ui.element("div").classes("qt-foot"):
                    self._typing = ui.element("div").classes("qt-typing").props("aria-live=off")
                    self._reply()
            with ui.element("div"):
                statement = ui.element("div")
                self._customer = ui.element("div").classes("qt-card")
                self._cards = KeyedList[CaseRow](
                    lambda case: case.number,
                    lambda case: case_card(visit, case, self.refresh),
                    empty=visit.texts("talk.no_case"),
                    classes="qt-cards",
                )
                self._references = References(visit, statement, self._write)
        ui.timer(SAID_EVERY, self._say_here)

    def _transcript(self) -> None:
        with ui.element("div").classes("qt-transcript").props("tabindex=0 role=log") as self._box:
            self._messages = KeyedList[Line](lambda line: line.id, lambda line: bubble(self.visit, line))
        # A photo takes its room only once it is there; loading is heard on the way down alone.
        self._in_box('box.addEventListener("load", () => (box.scrollTop = box.scrollHeight), true)')

    def _in_box(self, script: str) -> None:
        ui.run_javascript(f"const box = getHtmlElement({self._box.id}); {script}")

    def _reply(self) -> None:
        say = self.visit.texts
        self._warnings = Warnings(self.visit, self.id)
        self._lost = ui.label().classes("qt-error").props("role=alert")
        self._lost.set_visibility(False)
        with ui.element("div").classes("qt-reply") as self._form:
            self._words = ui.textarea(placeholder=say("talk.placeholder")).props("outlined autogrow dense")
            self._words.props(f'aria-label="{say("talk.placeholder")}"')
            self._words.on("keydown.ctrl.enter.prevent", self._send)
            self._words.on("keydown.meta.enter.prevent", self._send)
            self._words.on_value_change(self._look)
            self._button_to_send = ui.button(say("talk.send"), icon="send", on_click=self._send)
            self._button_to_send.props("unelevated no-caps")

    async def show(self, talk: Transcript) -> None:
        """Bring everything to ``talk``."""
        self._cases = tuple(case.number for case in talk.cases)
        grown = self._messages.show(talk.messages)
        self._show_holding(talk)
        self._show_customer(talk)
        self._cards.show(talk.cases)
        await self._references.show(talk)
        self._trail.clear()
        with self._trail:
            marks.trail(self.visit.texts, talk.emotions)
        if grown:
            self._typing.clear()
            self._in_box("box.scrollTop = box.scrollHeight")

    async def refresh(self) -> None:
        """Read the conversation again; who may not any more is shown the door."""
        try:
            talk = await _read(self.visit, self.id)
        except NeedToKnow:
            ui.navigate.reload()
            return
        if talk:
            await self.show(talk)

    def _about(self, news: News) -> bool:
        if news["topic"] in ("message", "conversation", CUSTOMER_TYPING):
            return news.get("conversation") == self.id
        return "number" not in news or news["number"] in self._cases or not self._cases

    async def _show_typing(self) -> None:
        """Say so for some seconds; the style takes it away."""
        self._typing.clear()
        with self._typing:
            ui.label(self.visit.texts("talk.typing"))

    def _show_holding(self, talk: Transcript) -> None:
        say, mine = self.visit.texts, talk.holder_id == self.visit.staff.id
        self._open_or_close_reply(talk, mine)
        held = (talk.holding, talk.holder_id, talk.language)
        if held == self._held:
            return
        self._held = held
        self._holding.clear()
        with self._holding:
            if talk.drill:
                marks.drill(say)
            marks.tag(say.word("channel", talk.channel))
            marks.tag(say.word("language", talk.language))
            name = talk.holder or ""
            ui.label(say(f"talk.{talk.holding}", name=name)).classes("qt-strong qt-holding")
            ui.space()
            if talk.holding is not Holding.HUMAN:
                self._button("talk.take", self._take)
            elif mine or self.visit.may(Role.SUPERVISOR):
                if not mine:
                    self._button("talk.take_over", self._take_over, "outline")
                self._button("talk.pass_on", self._pass_on, "outline")
                self._button("talk.release", self._release, "unelevated" if mine else "outline")

    def _open_or_close_reply(self, talk: Transcript, mine: bool) -> None:
        """Who lost the conversation writes to nobody, and keeps the words they had begun."""
        lost = self._mine and not mine
        unsent = bool((self._words.value or "").strip())
        self._form.set_visibility(mine or unsent)
        self._words.props(remove="readonly") if mine else self._words.props("readonly")
        self._button_to_send.set_enabled(mine)
        self._mine = mine
        if lost and unsent:
            key = "talk.lost" if talk.holder else "talk.no_longer"
            self._lost.set_text(self.visit.texts(key, name=talk.holder or ""))
        elif lost:
            told = self.visit.texts(f"talk.{talk.holding}", name=talk.holder or "")
            ui.notify(told, type="warning", textColor="white", timeout=10000)
        if lost or mine:
            self._lost.set_visibility(lost and unsent)

    def _note_colleague(self, news: News) -> bool:
        if news.get("conversation") != self.id:
            return False
        self._newcomer = self._company.note(news, self.visit.now) or self._newcomer
        return True

    async def _greet(self) -> None:
        """Show who else is here, and let a newcomer know of us."""
        newcomer, self._newcomer = self._newcomer, False
        if newcomer:
            await self._say_here()
        self._show_colleagues()

    async def _say_here(self, *, writing: bool = False) -> None:
        me = self.visit.staff
        with suppress(*AWAY, PoolExhausted):
            async with self.visit.desk.database.transaction() as session:
                await live.notify(
                    session, STAFF_HERE, conversation=self.id, staff=me.id, name=me.name, writing=writing
                )
        self._show_colleagues()

    def _show_colleagues(self) -> None:
        say, now = self.visit.texts, self.visit.now
        writing = self._company.writing(now)
        names = writing or self._company.reading(now)
        key = "talk.writes_too" if writing else "talk.reads_too"
        self._colleagues.set_text(say(key, names=say("format.and").join(names)))
        self._colleagues.set_visibility(bool(names))

    def _button(self, key: str, press: Callable[[], Awaitable[None]], look: str = "unelevated") -> None:
        ui.button(self.visit.texts(key), on_click=lasting(press)).props(f"{look} no-caps")

    def _show_customer(self, talk: Transcript) -> None:
        say, person = self.visit.texts, talk.customer
        self._customer.clear()
        with self._customer:
            ui.label(say("customer.title")).classes("qt-heading")
            with ui.element("div").classes("qt-facts"):
                ui.label(say("customer.name"))
                ui.label(person.name or say("customer.not_told"))
                ui.label(say("customer.contact"))
                ui.label(_contact(self.visit, talk))
            if talk.other_cases:
                ui.label(say("customer.other_cases")).classes("qt-dim")
            for case in talk.other_cases:
                with ui.element("div").classes("qt-line"):
                    link_to_case(case.number)
                    marks.stage(say, case.stage)
                    ui.label(self.visit.when(case.opened_at)).classes("qt-dim")

    async def _take(self) -> None:
        await take(self.visit, self.id)

    async def _take_over(self) -> None:
        await take(self.visit, self.id, force=True)

    async def _release(self) -> None:
        async def deed() -> None:
            await talks.release(self.visit.desk, conversation_id=self.id, staff=self.visit.staff)

        await self.visit.act(deed, done=self.visit.texts("talk.released"))
        await self.refresh()

    async def _pass_on(self) -> None:
        say = self.visit.texts
        fields = {"reason": Field("case.reason")}
        entered = await forms.ask(say, say("talk.pass_on_title"), say("talk.pass_on"), fields)
        if entered is None:
            return

        async def deed() -> None:
            await talks.pass_on(
                self.visit.desk, conversation_id=self.id, staff=self.visit.staff, reason=entered["reason"]
            )

        await self.visit.act(deed, done=say("talk.passed_on"))
        await self.refresh()

    def _write(self, words: str) -> None:
        """Put ``words`` behind what is written in the box already."""
        self._words.set_value("\n".join(part for part in ((self._words.value or "").strip(), words) if part))

    async def _look(self) -> None:
        """Warn of what nobody may say while it is being written."""
        words = (self._words.value or "").strip()
        if words and self.visit.now - self._said_writing > WRITES_FOR / 2:
            self._said_writing = self.visit.now
            await self._say_here(writing=True)
        await self._warnings.look(words)
        self._name_button(words)

    def _name_button(self, words: str) -> None:
        waits = self._warnings.waits(words)
        self._button_to_send.set_text(self.visit.texts("guard.send_anyway" if waits else "talk.send"))

    async def _send(self) -> None:
        words = (self._words.value or "").strip()
        if not words:
            return
        passes = await self._warnings.passes(words)
        self._name_button(words)
        if not passes:
            return

        async def deed() -> bool:
            await talks.send_as_agent(
                self.visit.desk, conversation_id=self.id, staff=self.visit.staff, text=words
            )
            return True

        if await self.visit.act(deed):
            self._words.set_value("")
            await self.refresh()


def _contact(visit: Visit, talk: Transcript) -> str:
    """What may be used to reach the customer, with the consent it stands on (playbook A10)."""
    say, person = visit.texts, talk.customer
    told = [word for word in (person.phone, person.email) if word]
    if told and person.consented_at:
        return say(
            "customer.consented", contact=say("format.and").join(told), at=visit.when(person.consented_at)
        )
    return say("customer.refused" if person.contact_refused_at else "customer.not_told")
