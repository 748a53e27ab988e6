"""The case anthology (案例选编, playbook C1): what others learnt, searched, and taken along as a book."""

from functools import partial

from nicegui import ui

from bot import anthology
from bot.anthology import Format
from bot.console.components.buttons import lasting
from bot.console.components.stories import story
from bot.console.layout import frame
from bot.console.visit import Visit, staff_page
from ledger.views.anthology import published

PATH = "/desk/anthology"


@staff_page(PATH)
async def anthology_page(visit: Visit) -> None:
    """All that is published, the newest first."""
    with frame(visit, visit.texts("nav.anthology"), here=PATH):
        page = _Page(visit)
    await page.search()


class _Page:
    """The words searched for, and the cases that have them."""

    def __init__(self, visit: Visit) -> None:
        self.visit, say = visit, visit.texts
        ui.label(say("anthology.about")).classes("qt-dim")
        with ui.element("div").classes("qt-filters qt-card").style("flex-direction: row"):
            self._words = ui.input(say("anthology.words")).props("outlined dense clearable")
            self._words.classes("qt-search").on("keydown.enter", self.search)
            ui.button(say("search.find"), icon="search", on_click=self.search).props("unelevated no-caps")
            ui.space()
            for format in Format:
                press = lasting(partial(self._download, format))
                ui.button(say(f"anthology.as_{format}"), icon="download", on_click=press).props(
                    "outline no-caps"
                )
        self._rows = ui.element("div").classes("qt-list")

    async def search(self) -> None:
        """Show the cases with the words."""
        async with self.visit.desk.database.transaction() as session:
            found = await published(session, self._words.value or "")
        self._rows.clear()
        with self._rows:
            for told in found:
                story(self.visit, told)
            if not found:
                key = "anthology.not_found" if self._words.value else "anthology.none"
                ui.label(self.visit.texts(key)).classes("qt-empty")

    async def _download(self, format: Format) -> None:
        async with self.visit.desk.database.transaction() as session:
            stories = await published(session)
        day = self.visit.local(self.visit.now).date()
        made = anthology.book(stories, self.visit.texts, day=day, format=format)
        ui.download.content(made, f"anthology-{day.isoformat()}.{format}")
