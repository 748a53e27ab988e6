"""One section of the policy: what it says, what changed in it, and the editor of its text."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Final, TypeVar

from nicegui import ui

from bot.console.components.buttons import lasting
from bot.console.components.policy import change, history, values
from bot.console.layout import frame
from bot.console.policy import PATH, standard_of
from bot.console.visit import Visit, refusal, staff_page
from ledger.errors import LedgerError, NotAllowed, PolicyError
from ledger.policy import Policy
from ledger.policy_draft import Draft, Section, comment_above, draft, is_writable, section
from ledger.services import policies
from ledger.views.policy_changes import policy_changes
from ledger.vocabulary import Role

T = TypeVar("T")
LOOKED_AT: Final = 200
"""So many of the policy's last changes are looked through for the section's own."""
FOLLOWS: Final = 0.2
PATIENCE: Final = 15
"""So many times, ``FOLLOWS`` seconds each, a page waits for the desk to have read what was saved."""


@staff_page(f"{PATH}/{{key}}", role=Role.ADMINISTRATOR)
async def policy_section(visit: Visit, key: str) -> None:
    """What is in force, beside the changes; the text opens above it when it is to be changed."""
    say = visit.texts
    if key not in Policy.model_fields:
        with frame(visit, say("policy.unknown"), here=PATH):
            ui.link(say("policy.all"), PATH)
        return
    async with visit.desk.database.transaction() as session:
        standard = await standard_of(visit, session)
        found = [one for one in await policy_changes(session, limit=LOOKED_AT) if one.within(key)]
    comment = await asyncio.to_thread(_comment, visit, key)
    in_force = visit.desk.policy.model_dump(mode="json")[key]
    with frame(visit, say.word("policy_section", key), here=PATH):
        with ui.element("div").classes("qt-line"):
            ui.link(say("policy.all"), PATH)
            ui.label(key).classes("qt-code qt-dim")
        if comment:
            ui.label(comment).classes("qt-dim qt-text")
        _Editor(visit, key)
        with ui.element("div").classes("qt-columns"):
            with ui.element("section").classes("qt-card"):
                values(visit, key, in_force, standard.values, f"policy.was{standard.suffix}")
            with ui.element("div"):
                with ui.element("h2").classes("qt-heading"):
                    ui.label(say("policy.history"))
                with ui.element("div").classes("qt-list"):
                    history(visit, found, key)
                if not found:
                    ui.label(say("policy.no_history")).classes("qt-empty")


def _comment(visit: Visit, key: str) -> str:
    with suppress(PolicyError):
        return comment_above(visit.desk.settings.policy, key)
    return ""


class _Editor:
    """The button that opens the section's text; the text, what it would change, and the button that saves."""

    def __init__(self, visit: Visit, key: str) -> None:
        self._visit, self._key = visit, key
        self._place = ui.element("div").classes("qt-list")
        with self._place:
            if is_writable(visit.desk.settings.policy):
                with ui.element("div").classes("qt-actions"):
                    edit = ui.button(visit.texts("policy.edit"), icon="edit", on_click=lasting(self._open))
                    edit.props("outline no-caps")
            else:
                ui.label(visit.texts("policy.read_only")).classes("qt-card")

    async def _open(self) -> None:
        path = self._visit.desk.settings.policy
        opened = await self._visit.act(lambda: self._as_administrator(lambda: section(path, self._key)))
        if opened is not None:
            self._place.clear()
            with self._place:
                self._build(opened)

    def _build(self, opened: Section) -> None:
        say = self._visit.texts
        with ui.element("section").classes("qt-card"):
            ui.label(say("policy.editing")).classes("qt-heading")
            ui.label(say("policy.how")).classes("qt-dim")
            if not opened.written:
                ui.label(say("policy.not_written"))
            text = ui.textarea(say("policy.text"), value=opened.text, on_change=lambda: self._unseen())
            text.props('outlined autogrow spellcheck=false input-class="qt-code qt-written"')
            self._fault = ui.label().classes("qt-error").props("role=alert")
            with ui.element("div").classes("qt-actions"):
                look = lasting(lambda: self._preview(opened, text.value or ""))
                ui.button(say("policy.preview"), on_click=look).props("outline no-caps")
                ui.button(say("form.cancel"), on_click=lambda: ui.navigate.reload()).props("flat no-caps")
            self._would = ui.element("div").classes("qt-list")
        self._unseen()

    def _unseen(self) -> None:
        """What is saved has been looked at as it is: other words have to be looked at again."""
        self._fault.set_visibility(False)
        self._would.clear()

    def _refused(self, error: LedgerError) -> None:
        self._fault.set_text(refusal(self._visit.texts, error))
        self._fault.set_visibility(True)

    async def _preview(self, opened: Section, typed: str) -> None:
        desk = self._visit.desk
        made = await self._try(
            lambda: self._as_administrator(
                lambda: draft(
                    desk.settings.policy,
                    key=self._key,
                    typed=typed,
                    digest=opened.digest,
                    in_force=desk.policy,
                )
            )
        )
        if made is not None:
            self._would.clear()
            with self._would:
                self._show(opened, typed, made)

    def _show(self, opened: Section, typed: str, made: Draft) -> None:
        say = self._visit.texts
        ui.label(say("policy.would")).classes("qt-heading")
        for key, (was, is_now) in made.changes.items():
            change(self._visit, key, was, is_now)
        for key in made.secrets:
            change(self._visit, key, None, None)
        told = "policy.running" if made.changes or made.secrets else "policy.only_comments"
        ui.label(say(told)).classes("qt-dim")
        reason = ui.input(say("policy.reason")).props("outlined dense").classes("qt-wide")
        save = lasting(lambda: self._save(opened, typed, reason))
        with ui.element("div").classes("qt-actions"):
            ui.button(say("policy.save"), on_click=save).props("unelevated no-caps")

    async def _save(self, opened: Section, typed: str, reason: ui.input) -> None:
        if not (reason.value or "").strip():
            reason.props(f'error error-message="{self._visit.texts("form.required")}"')
            return
        if made := await self._try(lambda: self._change(opened, typed, reason.value)):
            in_force = await self._followed(made)
            ui.notify(self._visit.texts("policy.saved" if in_force else "policy.saved_soon"), type="positive")
            ui.navigate.to(f"{PATH}/{self._key}")

    async def _change(self, opened: Section, typed: str, reason: str) -> Draft:
        visit = self._visit
        async with visit.desk.database.transaction() as session:
            return await policies.change(
                session,
                path=visit.desk.settings.policy,
                section=self._key,
                typed=typed,
                digest=opened.digest,
                in_force=visit.desk.policy,
                reason=reason,
                staff=visit.staff,
                now=visit.now,
            )

    async def _followed(self, made: Draft) -> bool:
        """Whether the desk has read what was saved, for which it takes about a second."""
        for _ in range(PATIENCE):
            if self._visit.desk.policy == made.policy:
                return True
            await asyncio.sleep(FOLLOWS)
        return False

    async def _as_administrator(self, deed: Callable[[], T]) -> T:
        """What the file says, for who may still read it."""
        if not self._visit.may(Role.ADMINISTRATOR):
            raise NotAllowed(self._visit.staff.username)
        return await asyncio.to_thread(deed)

    async def _try(self, deed: Callable[[], Awaitable[T]]) -> T | None:
        """``Visit.act``, with what is refused said beside the text, where it stays."""

        async def trying() -> T | None:
            try:
                return await deed()
            except LedgerError as error:
                self._refused(error)
                return None

        return await self._visit.act(trying)
