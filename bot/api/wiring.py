"""What routes are given: the desk, the visitor who asks, and what counts their requests."""

from typing import Annotated, cast

from fastapi import Depends, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.requests import HTTPConnection

from bot import visitors
from bot.auth import Guard
from bot.channels.web import NAME, WebChannel
from bot.desk import Desk
from bot.problem import Problem, ProblemDocument
from bot.visitors import Doorkeeper
from ledger.views.visitors import Visitor

_visitor_token = HTTPBearer(
    scheme_name="VisitorToken", auto_error=False, description="The token of a chat session."
)

PROBLEMS = {
    status: {"model": ProblemDocument, "description": "A problem document (RFC 9457)."}
    for status in (401, 403, 404, 409, 413, 415, 422, 429, 503)
}


def the_desk(connection: HTTPConnection) -> Desk:
    """The desk of this process."""
    return cast(Desk, connection.app.state.desk)


def the_doorkeeper(connection: HTTPConnection) -> Doorkeeper:
    """One for the process; it keeps to the policy that is in force."""
    state = connection.app.state
    if not hasattr(state, "doorkeeper"):
        state.doorkeeper = Doorkeeper(state.desk.policy.limits)
    doorkeeper = cast(Doorkeeper, state.doorkeeper)
    doorkeeper.follow(state.desk.policy.limits)
    return doorkeeper


def the_guard(connection: HTTPConnection) -> Guard:
    """One for the process, shared with the console's sign-in page."""
    state = connection.app.state
    if not hasattr(state, "guard"):
        state.guard = Guard()
    return cast(Guard, state.guard)


def web_of(desk: Desk) -> WebChannel:
    """The web channel, which wakes sockets and long polls."""
    return cast(WebChannel, desk.channels[NAME])


# Of a plain function FastAPI would have a thread of its own ask, at every request.
async def _desk(connection: HTTPConnection) -> Desk:
    return the_desk(connection)


async def _doorkeeper(connection: HTTPConnection) -> Doorkeeper:
    return the_doorkeeper(connection)


async def _guard(connection: HTTPConnection) -> Guard:
    return the_guard(connection)


DeskHere = Annotated[Desk, Depends(_desk)]
DoorkeeperHere = Annotated[Doorkeeper, Depends(_doorkeeper)]
GuardHere = Annotated[Guard, Depends(_guard)]


async def the_visitor(
    desk: DeskHere,
    given: Annotated[HTTPAuthorizationCredentials | None, Security(_visitor_token)] = None,
) -> Visitor:
    """Whose conversation the request's token opens. Raises Problem 401."""
    if given is None:
        raise Problem(
            401,
            "token_needed",
            "Send the session's token as `Authorization: Bearer …`.",
            headers={"WWW-Authenticate": "Bearer"},
        )
    return await visitors.by_token(desk, given.credentials)


VisitorHere = Annotated[Visitor, Depends(the_visitor)]
