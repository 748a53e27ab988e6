"""Beside the conversation: what an agent can lean on, the statement first, cases, law notes (C1, D1, D7)."""

from collections.abc import Callable, Sequence

from nicegui import ui

from bot.console.components.law import law_note, not_advice
from bot.console.components.stories import story
from bot.console.visit import Visit
from ledger.statement import Statement
from ledger.views.anthology import Story, published
from ledger.views.suggestions import suggestions
from ledger.views.transcripts import Transcript
from ledger.vocabulary import Author, Language

LATEST = 20
MOST = 5
"""So many of the customer's last messages tell what the conversation is about."""


class References:
    """Follows what the customer tells; ``use`` puts words into the reply box.

    The statement stands in ``first``, the cases where this is built, law notes below them.
    """

    def __init__(self, visit: Visit, first: ui.element, use: Callable[[str], None]) -> None:
        self.visit, self.use, self._box = visit, use, first
        self._about: object = None
        self._like: Sequence[Story] = ()
        with ui.element("section").classes("qt-card"):
            say = visit.texts
            ui.label(say("nav.anthology")).classes("qt-heading").props("role=heading aria-level=2")
            self._words = (
                ui.input(say("anthology.words")).props("outlined dense clearable").classes("qt-wide")
            )
            self._words.on("keydown.enter", self._search)
            self._stories = ui.element("div").classes("qt-list")
        self._law = ui.element("div")

    async def show(self, talk: Transcript) -> None:
        """Bring it to ``talk``; nothing is read again while nothing new was told."""
        said = [line for line in talk.messages if line.author is Author.CUSTOMER and line.text][-LATEST:]
        told = "\n".join(line.text for line in said)
        category = talk.cases[0].category if talk.cases else None
        signals = {signal for line in said for signal in line.signals}
        if self._about == (told, category, signals):
            return
        self._about = told, category, signals
        async with self.visit.desk.database.transaction() as session:
            found = await suggestions(
                session,
                told=told,
                category=category,
                signals=signals,
                policy=self.visit.desk.policy,
                now=self.visit.now,
            )
        self._box.clear()
        with self._box:
            if found.statement:
                self._statement(found.statement, talk.language)
        self._show_law(found.law)
        self._like = found.stories
        if not self._words.value:
            self._show_stories(self._like, "anthology.none_like")

    async def _search(self) -> None:
        """Look in the whole anthology while replying; without words, what is like this conversation."""
        if not self._words.value:
            return self._show_stories(self._like, "anthology.none_like")
        async with self.visit.desk.database.transaction() as session:
            found = await published(session, self._words.value)
        self._show_stories(found[:MOST], "anthology.not_found")

    def _show_stories(self, found: Sequence[Story], empty: str) -> None:
        self._stories.clear()
        with self._stories:
            for told in found:
                story(self.visit, told)
            if not found:
                ui.label(self.visit.texts(empty)).classes("qt-dim")

    def _show_law(self, keys: Sequence[str]) -> None:
        """For the agent's own reading; nothing here puts words into the reply box."""
        self._law.clear()
        if not keys:
            return
        with self._law, ui.element("section").classes("qt-card qt-law-notes"):
            ui.label(self.visit.texts("nav.law")).classes("qt-heading").props("role=heading aria-level=2")
            not_advice(self.visit)
            for key in keys:
                law_note(self.visit, key)

    def _statement(self, found: Statement, language: Language) -> None:
        say, text = self.visit.texts, found.texts[language]
        with ui.element("section").classes("qt-card qt-statement"):
            ui.label(say("statements.standing_here")).classes("qt-heading").props("role=heading aria-level=2")
            ui.label(text).classes("qt-text")
            for phrase in found.forbidden:
                ui.label(say("statements.forbidden", words=phrase)).classes("qt-dim")
            with ui.element("div").classes("qt-line"):
                ui.label(found.topic).classes("qt-dim")
                ui.space()
                ui.button(say("statements.use"), on_click=lambda: self.use(text)).props("outline no-caps")
