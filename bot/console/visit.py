"""A page as one member of staff visits it: who they are, their language, and how they act on the desk."""

import inspect
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeVar
from urllib.parse import quote

from fastapi import Request
from fastapi.responses import RedirectResponse
from nicegui import app, ui
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolExhausted

from bot.auth import COOKIE, Guard, address_of, at_least
from bot.console.board import Board
from bot.console.texts import Texts, texts
from bot.desk import Desk
from ledger.errors import LedgerError
from ledger.models import Staff
from ledger.services import attendance, clocks
from ledger.services import staff as accounts
from ledger.vocabulary import Language, Role

T = TypeVar("T")
LOGIN: Final = "/login"
ACCOUNT: Final = "/account"
BUILD_SECONDS: Final = 15.0
AWAY: Final = (OperationalError, InterfaceError, PoolExhausted)


class SignedOut(Exception):  # noqa: N818
    """The session ended while the page was open."""


@dataclass(slots=True)
class Visit:
    """One open page; ``staff`` is who looks at it.

    ``may_acknowledge``: whether they may stop headquarters' clocks, as of the page's opening. ``guard``
    counts wrong passwords by name and ``address``.
    """

    desk: Desk
    board: Board
    staff: Staff
    texts: Texts
    secret: str
    may_acknowledge: bool
    guard: Guard
    address: str

    @property
    def now(self) -> datetime:
        return self.desk.now()

    def may(self, role: Role) -> bool:
        """Whether this person has ``role`` or one that includes it."""
        return at_least(self.staff, role)

    def local(self, moment: datetime) -> datetime:
        """A moment in the organisation's time zone."""
        return moment.astimezone(self.desk.policy.organisation.time_zone)

    def when(self, moment: datetime | None) -> str:
        """A moment for a reader: the time today, with the date on other days."""
        if moment is None:
            return ""
        local, today = self.local(moment), self.local(self.now)
        if local.date() == today.date():
            return f"{local:%H:%M}"
        return f"{local:%m-%d %H:%M}" if local.year == today.year else f"{local:%Y-%m-%d %H:%M}"

    async def act(self, deed: Callable[[], Awaitable[T]], *, done: str | None = None) -> T | None:
        """Do something to the desk; ``done`` is said when it worked, and what is refused in plain words."""
        try:
            await self._still_signed_in()
            outcome = await deed()
        except SignedOut:
            ui.navigate.to(LOGIN)
            return None
        except LedgerError as error:
            words = refusal(self.texts, error)
            ui.notify(words, type="warning", textColor="white", multi_line=True, timeout=8000)
            return None
        except AWAY:
            ui.notify(self.texts("error.away"), type="negative")
            return None
        if done:
            ui.notify(done, type="positive")
        return outcome

    async def give_sign(self) -> None:
        """The page is open: a sign of life, for as long as the session lasts."""
        async with self.desk.database.transaction() as session:
            found = await accounts.by_credential(session, secret=self.secret, kind="session", now=self.now)
            if found is not None:
                await attendance.seen(session, staff=found, policy=self.desk.policy, now=self.now)

    async def _still_signed_in(self) -> None:
        """A session ended elsewhere, or a disabled account, ends what an open page may do."""
        async with self.desk.database.transaction() as session:
            found = await accounts.by_credential(session, secret=self.secret, kind="session", now=self.now)
        if found is None:
            raise SignedOut
        self.staff = found


def refusal(say: Texts, error: LedgerError) -> str:
    """Why the ledger refused, for the reader; ``holder`` and ``by`` name who was faster."""
    who = getattr(error, "holder", None) or getattr(error, "by", None) or error.detail or ""
    for kind in type(error).__mro__:
        if f"error.{kind.__name__}" in say.entries:
            return say(f"error.{kind.__name__}", who=who)
    return str(error)


def staff_page(
    path: str, *, role: Role = Role.AGENT
) -> Callable[[Callable[..., Awaitable[None]]], Callable[..., Awaitable[Any]]]:
    """A page at ``path`` for staff of ``role``; the builder gets the visit and the path's parameters.

    Whoever is not signed in is sent to sign in and comes back; a one-time password is changed first.
    """

    def decorate(build: Callable[..., Awaitable[None]]) -> Callable[..., Awaitable[Any]]:
        async def page(request: Request, **parameters: Any) -> RedirectResponse | None:
            visit = await arrive(request)
            if visit is None:
                return RedirectResponse(f"{LOGIN}?next={quote(_target(request))}", 303)
            if visit.staff.must_change_password and path != ACCOUNT:
                return RedirectResponse(ACCOUNT, 303)
            speak(visit.staff.language)
            if visit.may(role):
                await build(visit, **parameters)
            else:
                ui.label(visit.texts("error.role", role=visit.texts.word("role", role)))
            return None

        _, *own = inspect.signature(build).parameters.values()
        request = inspect.Parameter("request", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=Request)
        page.__signature__ = inspect.Signature([request, *own])  # type: ignore[attr-defined]
        return ui.page(path, response_timeout=BUILD_SECONDS)(page)

    return decorate


async def arrive(request: Request) -> Visit | None:
    """Who asks for a page, by the session's cookie; None when nobody known does."""
    desk: Desk = app.state.desk
    secret = request.cookies.get(COOKIE)
    if not secret:
        return None
    async with desk.database.transaction() as session:
        found = await accounts.by_credential(session, secret=secret, kind="session", now=desk.now())
        if found is None:
            return None
        headquarters = await clocks.may_acknowledge(session, found)
    return Visit(
        desk,
        app.state.board,
        found,
        texts(found.language),
        secret,
        headquarters,
        app.state.guard,
        address_of(request),
    )


def speak(language: Language) -> None:
    """Tell the browser what language the page is in."""
    ui.add_body_html(f'<script>document.documentElement.lang = "{language.value}"</script>')


def _target(request: Request) -> str:
    query = f"?{request.url.query}" if request.url.query else ""
    return request.url.path + query
