"""The reader's own account: password, language, link to Telegram."""

from nicegui import ui

from bot.console.components import forms
from bot.console.components.forms import Field
from bot.console.layout import frame
from bot.console.visit import ACCOUNT, LOGIN, Visit, staff_page
from bot.problem import Problem
from ledger.errors import LedgerError, SignInRefused
from ledger.services import staff as accounts
from ledger.vocabulary import Language


class PasswordsDiffer(LedgerError):  # noqa: N818
    """The two passwords are not the same."""


class TooManyTries(LedgerError):  # noqa: N818
    """The old password was wrong too often."""


@staff_page(ACCOUNT)
async def account(visit: Visit) -> None:
    """A one-time password must be changed here before anything else opens."""
    with frame(visit, visit.texts("nav.account"), here=ACCOUNT):
        _password(visit)
        if not visit.staff.must_change_password:
            _language(visit)
            _telegram(visit)


def _password(visit: Visit) -> None:
    say = visit.texts
    fields = {
        "old": Field("account.old_password", "password"),
        "new": Field("account.new_password", "password"),
        "again": Field("account.again", "password"),
    }
    with ui.element("section").classes("qt-card qt-form"):
        ui.label(say("account.password")).classes("qt-heading")
        if visit.staff.must_change_password:
            ui.label(say("account.must_change")).classes("qt-error").props("role=alert")
        inputs = forms.build(say, fields)
        ui.button(say("account.change"), on_click=lambda: change()).props("unelevated no-caps")

    async def change() -> None:
        entered = forms.values(say, fields, inputs)
        if entered is None:
            return

        async def deed() -> bool:
            if entered["new"] != entered["again"]:
                raise PasswordsDiffer
            await _prove(visit, entered["old"])
            async with visit.desk.database.transaction() as session:
                await accounts.set_password(
                    session,
                    username=visit.staff.username,
                    password=entered["new"],
                    now=visit.now,
                    by=visit.staff,
                )
            return True

        if await visit.act(deed):
            ui.navigate.to(f"{LOGIN}?error=changed")


async def _prove(visit: Visit, password: str) -> None:
    """Whoever sits at an open page may not try passwords either: counted like the sign-in."""
    try:
        await visit.guard.sign_in(visit.desk, visit.address, visit.staff.username, password)
    except Problem as problem:
        raise (TooManyTries if problem.status == 429 else SignInRefused) from None


def _language(visit: Visit) -> None:
    say = visit.texts

    async def choose(language: str) -> None:
        async def deed() -> bool:
            async with visit.desk.database.transaction() as session:
                person = await accounts.by_username(session, visit.staff.username)
                person.language = Language(language)
            return True

        if await visit.act(deed):
            ui.navigate.reload()

    with ui.element("section").classes("qt-card qt-form"):
        ui.label(say("account.language")).classes("qt-heading")
        ui.toggle(
            say.options("language"),
            value=visit.staff.language.value,
            on_change=lambda event: choose(event.value),
        ).props("no-caps unelevated")


def _telegram(visit: Visit) -> None:
    say = visit.texts

    async def show_code() -> None:
        async def deed() -> str:
            async with visit.desk.database.transaction() as session:
                person = await accounts.by_username(session, visit.staff.username)
                return await accounts.link_code(session, staff=person)

        if code := await visit.act(deed):
            shown.set_text(say("account.link_how", code=code))

    with ui.element("section").classes("qt-card qt-form"):
        ui.label(say("account.telegram")).classes("qt-heading")
        linked = "account.linked" if visit.staff.telegram_chat else "account.not_linked"
        ui.label(say(linked)).classes("qt-dim")
        ui.button(say("account.link"), on_click=show_code).props("outline no-caps")
        shown = ui.label().classes("qt-strong")
