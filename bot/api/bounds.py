"""How large a request to the API may be: counted as it comes in, so that nobody can fill the memory."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.problem import Problem
from bot.visitors import MB, message_too_long
from ledger.policy import Limits

LARGEST = 1 * MB
# A multipart body is its file and some lines around it.
AROUND_A_FILE = 100_000
FILES = "/api/v1/chat/files"
MESSAGES = "/api/v1/chat/messages"
# An emoji in ASCII: \ud83d\ude42.
BYTES_OF_A_CHARACTER = 12
AROUND_A_MESSAGE = 1000


class BodyLimit:
    """Answers 413 to a body of `/api/` that is too large, before a route reads it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http" or not scope["path"].startswith("/api/"):
            await self._app(scope, receive, send)
            return
        body = _Body(_limit(scope), receive, send)
        if _announced(scope) <= body.limit:
            await self._app(scope, body.receive, body.send)
        else:
            body.exceeded = True
        if body.exceeded and not body.answered:
            await _problem(scope, body.limit).response()(scope, receive, send)


class _Body:
    """Counts what comes in; once it is too much, the route hears nothing more and is not heard."""

    def __init__(self, limit: int, receive: Receive, send: Send) -> None:
        self.limit = limit
        self.exceeded = False
        self.answered = False
        self._size = 0
        self._receive = receive
        self._send = send

    async def receive(self) -> Message:
        if self.exceeded:
            return {"type": "http.disconnect"}
        message = await self._receive()
        self._size += len(message.get("body", b""))
        self.exceeded = self._size > self.limit
        return {"type": "http.disconnect"} if self.exceeded else message

    async def send(self, message: Message) -> None:
        if not self.exceeded or self.answered:
            self.answered = True
            await self._send(message)


def _limit(scope: Scope) -> int:
    if scope["path"] == MESSAGES:
        return _limits(scope).message_length * BYTES_OF_A_CHARACTER + AROUND_A_MESSAGE
    if scope["path"] == FILES:
        return _limits(scope).file_megabytes * MB + AROUND_A_FILE
    return LARGEST


def _limits(scope: Scope) -> Limits:
    limits: Limits = scope["app"].state.desk.policy.limits
    return limits


def _announced(scope: Scope) -> int:
    length = dict(scope["headers"]).get(b"content-length", b"0")
    return int(length) if length.isdigit() else 0


def _problem(scope: Scope, limit: int) -> Problem:
    if scope["path"] == MESSAGES:
        return message_too_long(_limits(scope))
    return Problem(413, "body_too_large", f"This request may have {limit // MB} MB.", limit=limit)
