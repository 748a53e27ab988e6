"""The desk over HTTP: customers' and staff's API, the customers' pages, health and numbers."""

from fastapi import APIRouter, FastAPI, Request
from starlette.routing import Match

from bot import problem
from bot.api import (
    attachments,
    chat,
    chat_socket,
    clocks,
    complaints,
    conversations,
    delays,
    drills,
    figures,
    forms,
    grading,
    guard,
    health,
    lists,
    metrics,
    opinion,
    pages,
    reports,
    session,
    status,
    tasks,
    warnings,
)
from bot.api.bounds import BodyLimit
from bot.api.headers import SecurityHeaders
from bot.problem import Problem

routers: tuple[APIRouter, ...] = (
    chat.router,
    chat_socket.router,
    status.router,
    complaints.router,
    grading.router,
    conversations.router,
    clocks.router,
    tasks.router,
    drills.router,
    warnings.router,
    forms.router,
    lists.router,
    delays.router,
    figures.router,
    reports.router,
    guard.router,
    opinion.router,
    attachments.router,
    session.router,
    health.router,
    metrics.router,
    pages.router,
)
METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]


def install(app: FastAPI) -> None:
    """Give `app` every route of ours, their assets, problem documents for errors, and the security headers.

    `app.state.desk` must be set before the first request. Other routes under `/api/` come before this.
    """
    problem.install(app)
    app.add_middleware(BodyLimit)
    app.add_middleware(SecurityHeaders)
    for router in routers:
        app.include_router(router)
    app.add_api_route("/api/{rest:path}", _nothing_here, methods=METHODS, include_in_schema=False)
    app.mount("/web", pages.assets, name="web")


async def _nothing_here(request: Request) -> None:
    """So that an unknown address of the API gets a problem document, and not some page's."""
    routes = [route for route in request.app.routes if getattr(route, "path", "") != "/api/{rest:path}"]
    if any(route.matches(request.scope)[0] is Match.PARTIAL for route in routes):
        raise Problem(405, "method_not_allowed", "This address does not take that method.")
    raise Problem(404, "not_found", "There is nothing at this address.")
