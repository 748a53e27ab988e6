"""Beside the reply box: what in the words nobody may say, why not, and a better way (docs/guard.md)."""

from collections.abc import Sequence

from nicegui import ui

from bot.console.visit import Visit
from ledger.guard import Finding, advice
from ledger.services import guarding


class Warnings:
    """Shows the rules that the words break as they are written; pressed twice, they are sent all the same."""

    def __init__(self, visit: Visit, conversation_id: int) -> None:
        self.visit, self.conversation_id = visit, conversation_id
        self._shown: tuple[tuple[str, str], ...] = ()
        self._pressed: str | None = None
        self._box = ui.element("div").classes("qt-guard").props("role=status")
        self._box.set_visibility(False)

    async def look(self, words: str) -> bool:
        """Show what is wrong with ``words``; whether they may be sent at once."""
        async with self.visit.desk.database.transaction() as session:
            found = await guarding.read(
                session,
                text=words,
                conversation_id=self.conversation_id,
                staff=self.visit.staff,
                policy=self.visit.desk.policy,
                now=self.visit.now,
            )
        self._show(found)
        return not found

    async def passes(self, words: str) -> bool:
        """Whether ``words`` may go out now: nothing is wrong with them, or this is the second press."""
        if await self.look(words) or self._pressed == words:
            self._pressed = None
            return True
        self._pressed = words
        return False

    def waits(self, words: str) -> bool:
        """Whether ``words`` were pressed once, and wait for the second press."""
        return self._pressed == words

    def _show(self, found: Sequence[Finding]) -> None:
        said = tuple((one.rule, one.excerpt) for one in found)
        if said == self._shown:
            return
        self._shown = said
        self._box.clear()
        self._box.set_visibility(bool(found))
        with self._box:
            for rule in dict.fromkeys(one.rule for one in found):
                self._warn(rule, [one for one in found if one.rule == rule])

    def _warn(self, rule: str, found: Sequence[Finding]) -> None:
        say = self.visit.texts
        told = advice(rule, say.language)
        with ui.element("div").classes("qt-warning"):
            with ui.element("div").classes("qt-line"):
                ui.icon("warning_amber")
                ui.label(told.name).classes("qt-strong")
                ui.label(say("format.and").join(say("guard.quoted", words=one.excerpt) for one in found))
            ui.label(told.reason).classes("qt-dim")
            ui.label(say("guard.better", way=found[0].instead or told.better))
