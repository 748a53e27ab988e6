"""The list of conversations a supervisor searches and reads."""

from datetime import datetime, timedelta
from typing import Any

from nicegui import ui

from bot.console.components import marks
from bot.console.components.cases import link_to_case
from bot.console.components.secrecy import grade_tag
from bot.console.layout import frame
from bot.console.visit import Visit, staff_page
from ledger.secrecy import Reader
from ledger.services import secrecy
from ledger.services import staff as accounts
from ledger.views.transcripts import Filters, TranscriptRow
from ledger.views.transcripts import transcripts as search
from ledger.vocabulary import Category, Role

PATH = "/supervise/transcripts"
PAGE = 30


@staff_page(PATH, role=Role.SUPERVISOR)
async def transcripts(visit: Visit) -> None:
    """Search by words of the talk, and narrow by what was heard and who handled it."""
    async with visit.desk.database.transaction() as session:
        people = {row.id: row.name for row in await accounts.list_staff(session, disabled=True)}
    with frame(visit, visit.texts("nav.transcripts"), here=PATH):
        page = _Page(visit, people)
    await page.search()


class _Page:
    """The filters, and the rows found so far."""

    def __init__(self, visit: Visit, people: dict[int, str]) -> None:
        self.visit, self._found = visit, 0
        self._cursor: str | None = None
        say = visit.texts
        with ui.element("div").classes("qt-filters qt-card").style("flex-direction: row"):
            self._words = ui.input(say("search.words")).props("outlined dense clearable")
            self._words.classes("qt-search")
            self._words.on("keydown.enter", self.search)
            self._special = self._choice("search.special", {True: say("entry.yes"), False: say("entry.no")})
            self._category = self._choice("search.category", say.options("category"))
            levels = {level: say.word("emotion", level) for level in range(1, 4)}
            self._emotion = self._choice("search.emotion", levels)
            self._handled_by = self._choice("search.handled_by", people)
            self._since = self._day("search.since")
            self._until = self._day("search.until")
            ui.button(say("search.find"), icon="search", on_click=self.search).props("unelevated no-caps")
        self._rows = ui.element("div").classes("qt-list")
        self._empty = ui.label(say("search.none")).classes("qt-empty")
        self._more = ui.button(say("search.more"), on_click=self._next).props("flat no-caps")

    def _choice(self, key: str, options: dict[Any, str]) -> ui.select:
        made = ui.select(options, label=self.visit.texts(key), clearable=True, on_change=self.search)
        return made.props("outlined dense")

    def _day(self, key: str) -> ui.input:
        made = ui.input(self.visit.texts(key), on_change=self.search)
        return made.props("outlined dense type=date stack-label")

    async def search(self) -> None:
        """Begin again with what the filters say."""
        self._rows.clear()
        self._found, self._cursor = 0, None
        await self._next()

    async def _next(self) -> None:
        async with self.visit.desk.database.transaction() as session:
            filters = self._filters(await secrecy.reader_of(session, self.visit.staff))
            page = await search(session, filters, limit=PAGE, cursor=self._cursor)
        with self._rows:
            for row in page.items:
                self._row(row)
        self._found, self._cursor = self._found + len(page.items), page.next
        self._empty.set_visibility(self._found == 0)
        self._more.set_visibility(page.next is not None)

    def _filters(self, reader: Reader) -> Filters:
        until = self._moment(self._until.value)
        return Filters(
            words=self._words.value or "",
            special=self._special.value,
            category=Category(self._category.value) if self._category.value else None,
            emotion=self._emotion.value,
            handled_by=self._handled_by.value,
            since=self._moment(self._since.value),
            until=until + timedelta(days=1) if until else None,
            reader=reader,
        )

    def _moment(self, day: str | None) -> datetime | None:
        """The beginning of a day in the organisation's time zone."""
        zone = self.visit.desk.policy.organisation.time_zone
        return datetime.fromisoformat(day).replace(tzinfo=zone) if day else None

    def _row(self, row: TranscriptRow) -> None:
        say = self.visit.texts
        with ui.element("div").classes("qt-row"):
            with ui.element("div").classes("qt-line"):
                name = row.customer or say("customer.unnamed", id=row.id)
                ui.link(name, f"/desk/conversations/{row.id}").classes("qt-strong")
                if row.demo:
                    marks.demo(say)
                if row.drill:
                    marks.drill(say)
                if row.special:
                    marks.green_channel(say)
                grade_tag(say, row.secret_grade)
                for case in row.cases:
                    link_to_case(case.number)
                    if case.category:
                        ui.label(say.word("category", case.category))
                ui.space()
                marks.trail(say, row.emotions)
            unsaid = "secrecy.words_hidden" if row.secret_grade else "case.no_words"
            ui.label(row.words or say(unsaid)).classes("qt-snippet")
            with ui.element("div").classes("qt-line qt-dim"):
                ui.label(self.visit.when(row.last_at or row.created_at))
                ui.label(say.word("channel", row.channel))
                ui.label(say("search.messages", count=row.messages))
                if row.handlers:
                    ui.label(say("search.handlers", names=say("format.and").join(row.handlers)))
                marks.signals(say, row.signals)
