"""Problem documents (RFC 9457): every error of the API in one shape, `application/problem+json`.

`code` is for programs and never changes its meaning; `detail` is for people. A document may have members of
its own (`holder`, `retry_after`, `errors`).
"""

from http import HTTPStatus
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict
from sqlalchemy.exc import DataError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException

from bot.evidence import NotKept
from ledger import errors, handoff
from ledger.views.paging import BadCursor

MEDIA_TYPE = "application/problem+json"
RETRY_SECONDS = 5
# Somebody has to make room first.
FULL_SECONDS = 60

log = structlog.get_logger(__name__)


class ProblemDocument(BaseModel):
    """What an error looks like on the wire."""

    model_config = ConfigDict(extra="allow")

    type: str
    title: str
    status: int
    code: str
    detail: str


class Problem(Exception):  # noqa: N818 — the standard's own word
    """An answer that is an error; `members` are added to the document."""

    def __init__(
        self, status: int, code: str, detail: str, *, headers: dict[str, str] | None = None, **members: Any
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail
        self.headers = headers
        self.members = members

    def document(self) -> dict[str, Any]:
        """The document as JSON-able data."""
        return {
            "type": f"urn:qingting:problem:{self.code}",
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "code": self.code,
            "detail": self.detail,
            **self.members,
        }

    def response(self) -> JSONResponse:
        """The document on its way out."""
        return JSONResponse(self.document(), self.status, self.headers, MEDIA_TYPE)


def too_many(seconds: float, detail: str) -> Problem:
    """429: what was sent was not taken, and may be sent again after `seconds`."""
    wait = max(1, round(seconds + 0.5))
    return Problem(429, "too_many_requests", detail, headers={"Retry-After": str(wait)}, retry_after=wait)


# The first match counts: from the particular to the general.
_REFUSALS: tuple[tuple[type[Exception], int, str], ...] = (
    (errors.NotFound, 404, "not_found"),
    (errors.NotAllowed, 403, "not_allowed"),
    (errors.AlreadyDone, 409, "conflict"),
    (errors.Taken, 409, "taken"),
    (errors.SignInRefused, 401, "sign_in_refused"),
    (handoff.NotHolder, 409, "not_holder"),
    (handoff.HandoffError, 409, "conflict"),
    (errors.LedgerError, 422, "refused"),
    (BadCursor, 422, "bad_cursor"),
)
UNAVAILABLE = (OperationalError, InterfaceError, PoolTimeout)


def install(app: FastAPI) -> None:
    """Turn every error of `app` into a problem document."""
    app.add_exception_handler(Problem, _own)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _invalid)
    for kind in (errors.LedgerError, BadCursor, NotKept):
        app.add_exception_handler(kind, _refused)
    for away in UNAVAILABLE:
        app.add_exception_handler(away, _unavailable)
    for impossible in (DataError, UnicodeEncodeError):
        app.add_exception_handler(impossible, _impossible)
    app.add_exception_handler(Exception, _unexpected)


def of(error: Exception) -> Problem:
    """The problem that `error` of the ledger is."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, UNAVAILABLE):
        return unavailable()
    if isinstance(error, NotKept):
        return storage_full()
    if isinstance(error, handoff.AlreadyHeld):
        return Problem(409, "already_held", str(error), holder=error.holder)
    if isinstance(error, errors.NeedToKnow):
        asked = list(error.ask)
        return Problem(403, "need_to_know", str(error), number=error.number, grade=error.grade, ask=asked)
    for kind, status, code in _REFUSALS:
        if isinstance(error, kind):
            return Problem(status, code, str(error))
    raise error


def unavailable() -> Problem:
    """503: the database is away; nothing was done."""
    return Problem(
        503,
        "unavailable",
        "The desk cannot reach its database just now; nothing was done. Please send the same again.",
        headers={"Retry-After": str(RETRY_SECONDS)},
        retry_after=RETRY_SECONDS,
    )


def storage_full() -> Problem:
    """503: the disk takes no file; nothing was done."""
    return Problem(
        503,
        "storage_full",
        "The desk has no room for files just now; this one was not taken, nor what was said with it. "
        "Words without a file are taken as long as there is room for them.",
        headers={"Retry-After": str(FULL_SECONDS)},
        retry_after=FULL_SECONDS,
    )


async def _own(request: Request, error: Exception) -> JSONResponse:
    return of(error).response()


async def _refused(request: Request, error: Exception) -> JSONResponse:
    return of(error).response()


async def _unavailable(request: Request, error: Exception) -> JSONResponse:
    log.warning("api.database_away", path=request.url.path, error=type(error).__name__)
    return unavailable().response()


async def _impossible(request: Request, error: Exception) -> JSONResponse:
    detail = "A value here is one the ledger cannot hold: a number out of range, a NUL, half a character."
    return Problem(422, "impossible", detail).response()


async def _http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)  # noqa: S101 — it is registered for nothing else
    phrase = HTTPStatus(error.status_code).phrase
    code = phrase.lower().replace(" ", "_").replace("'", "")
    headers = dict(error.headers) if error.headers else None
    detail = error.detail if error.detail != phrase else _EXPLAINED.get(error.status_code, phrase)
    return Problem(error.status_code, code, str(detail), headers=headers).response()


async def _invalid(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)  # noqa: S101 — it is registered for nothing else
    faults = [
        {"at": ".".join(str(step) for step in fault["loc"]), "detail": str(fault["msg"])}
        for fault in error.errors()
    ]
    first = faults[0] if faults else {"at": "request", "detail": "cannot be read"}
    return Problem(422, "invalid", f"{first['at']}: {first['detail']}", errors=faults).response()


async def _unexpected(request: Request, error: Exception) -> JSONResponse:
    log.error("api.unexpected", path=request.url.path, error=type(error).__name__)
    return Problem(500, "unexpected", "Something went wrong here; it has been recorded.").response()


_EXPLAINED = {
    404: "There is nothing at this address.",
    405: "This address does not take that method.",
}
