"""Signing in and out: plain forms, since only an HTTP answer can set a cookie that no script can read."""

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse

from bot.api.wiring import DeskHere, GuardHere
from bot.auth import COOKIE, address_of, forget, refuse_forgery, remember
from bot.console.visit import LOGIN
from bot.problem import Problem
from ledger.errors import LedgerError
from ledger.services import staff as accounts

HOME = "/desk"
RESET = "/reset"

router = APIRouter(include_in_schema=False)


@router.post(LOGIN)
async def sign_in(
    request: Request,
    desk: DeskHere,
    guard: GuardHere,
    username: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
    next: Annotated[str, Form()] = HOME,
) -> RedirectResponse:
    """Open a session and go on to ``next``, or back to the form with what was wrong."""
    try:
        refuse_forgery(request)
        opened = await guard.sign_in(desk, address_of(request), username.strip(), password)
    except Problem as problem:
        error = "wait" if problem.status == 429 else "refused"
        return _to(LOGIN, error=error, next=own_path(next))
    answer = RedirectResponse(own_path(next), 303)
    remember(answer, request, opened, desk.policy.limits.session.total_seconds())
    return answer


@router.post("/logout")
async def sign_out(request: Request, desk: DeskHere) -> RedirectResponse:
    """End the session of this browser."""
    refuse_forgery(request)
    if secret := request.cookies.get(COOKIE):
        async with desk.database.transaction() as session:
            await accounts.sign_out(session, secret=secret, now=desk.now())
    answer = RedirectResponse(LOGIN, 303)
    forget(answer)
    return answer


@router.post(RESET)
async def reset(
    desk: DeskHere,
    secret: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
) -> RedirectResponse:
    """Set a new password by a link that an administrator gave."""
    try:
        async with desk.database.transaction() as session:
            await accounts.use_reset(session, secret=secret, password=password, now=desk.now())
    except LedgerError as error:
        return _to(RESET, secret=secret, error=type(error).__name__)
    return _to(LOGIN, error="changed")


def own_path(target: str) -> str:
    """``target`` if it is a path of this desk, else the queue: nobody is sent to a stranger's site."""
    inside = target.startswith("/") and not target.startswith(("//", "/\\")) and "\n" not in target
    return target if inside else HOME


def _to(path: str, **query: str) -> RedirectResponse:
    return RedirectResponse(f"{path}?{urlencode(query)}", 303)
