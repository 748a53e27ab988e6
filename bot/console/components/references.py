"""Beside the conversation: what an agent can lean on, the statement in force first (playbook D1)."""

from collections.abc import Callable

from nicegui import ui

from bot.console.visit import Visit
from ledger.statement import Statement
from ledger.views.suggestions import suggestions
from ledger.views.transcripts import Transcript
from ledger.vocabulary import Author, Language

LATEST = 20
"""So many of the customer's last messages tell what the conversation is about."""


class References:
    """Follows what the customer tells; ``use`` puts words into the reply box."""

    def __init__(self, visit: Visit, use: Callable[[str], None]) -> None:
        self.visit, self.use = visit, use
        self._told: str | None = None
        self._box = ui.element("div").classes("qt-references")

    async def show(self, talk: Transcript) -> None:
        """Bring it to ``talk``; nothing is read again while nothing new was told."""
        said = [line.text for line in talk.messages if line.author is Author.CUSTOMER and line.text]
        told = "\n".join(said[-LATEST:])
        if told == self._told:
            return
        self._told = told
        category = talk.cases[0].category if talk.cases else None
        async with self.visit.desk.database.transaction() as session:
            found = await suggestions(
                session, told=told, category=category, policy=self.visit.desk.policy, now=self.visit.now
            )
        self._box.clear()
        with self._box:
            if found.statement:
                self._statement(found.statement, talk.language)

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
