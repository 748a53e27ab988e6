"""The emulator's HTTP face: Telegram's routes, and a test's own under ``/control``."""

import asyncio
import json
from dataclasses import asdict
from typing import Any, Final

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from tests.emulator import methods, updates
from tests.emulator.faults import Fault
from tests.emulator.state import JSON, ApiError, Dropped, Telegram

NESTED: Final = {"reply_markup", "allowed_updates"}


class BrokenConnection(Response):
    """Promises more than it sends, at which the server closes the connection."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"9")]})
        await send({"type": "http.response.body", "body": b"{"})


def create_app(telegram: Telegram) -> Starlette:
    """The routes over one platform state, at ``app.state.telegram``."""
    app = Starlette(
        routes=[
            Route("/file/bot{token}/files/{file_id}", download),
            Route("/bot{token}/{method}", api, methods=["GET", "POST"]),
            Route("/control/updates", inject, methods=["POST"]),
            Route("/control/write", write, methods=["POST"]),
            Route("/control/press", press, methods=["POST"]),
            Route("/control/faults", order_fault, methods=["POST"]),
            Route("/control/files", upload, methods=["POST"]),
            Route("/control/sent", sent),
            Route("/control/waiting", waiting),
        ]
    )
    app.state.telegram = telegram
    return app


async def api(request: Request) -> Response:
    """One Bot API call, failing first if a fault was ordered for it."""
    telegram, name = request.app.state.telegram, request.path_params["method"]
    try:
        fault = telegram.next_fault(name)
        if fault is not None:
            _fail_before(fault)
        handed = telegram.handed
        result = await methods.call(telegram, name, await _arguments(request))
        if fault is not None:
            result = _disturbed(fault, handed, result)
            await _fail_after(fault)
    except ApiError as error:
        return _refusal(error)
    except Dropped:
        return BrokenConnection()
    except Gateway:
        return HTMLResponse("<h1>502 Bad Gateway</h1>", 502)
    return JSONResponse({"ok": True, "result": result})


async def download(request: Request) -> Response:
    telegram = request.app.state.telegram
    fault = telegram.next_fault("file")
    if fault is not None:
        return HTMLResponse("<h1>502 Bad Gateway</h1>", 502)
    content = telegram.files.get(request.path_params["file_id"])
    return Response(status_code=404) if content is None else Response(content)


class Gateway(Exception):  # noqa: N818
    """Something between the bot and the platform answers instead of it."""


def _fail_before(fault: Fault) -> None:
    match fault.kind:
        case "too_many":
            seconds = int(fault.seconds)
            raise ApiError(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds)
        case "server_error":
            raise ApiError(500, "Internal Server Error")
        case "forbidden":
            raise ApiError(403, "Forbidden: bot was blocked by the user")
        case "no_chat":
            raise ApiError(400, "Bad Request: chat not found")
        case "unauthorised":
            raise ApiError(401, "Unauthorized")
        case "gateway":
            raise Gateway
        case "drop_before":
            raise Dropped


def _disturbed(fault: Fault, handed: list[JSON], result: Any) -> Any:
    match fault.kind:
        case "repeat":
            return [*handed, *result]
        case "shuffle":
            return result[::-1]
    return result


async def _fail_after(fault: Fault) -> None:
    if fault.kind == "slow":
        await asyncio.sleep(fault.seconds)
    if fault.kind == "drop_after":
        raise Dropped


def _refusal(error: ApiError) -> JSONResponse:
    body: JSON = {"ok": False, "error_code": error.code, "description": error.description}
    if error.parameters:
        body["parameters"] = error.parameters
    return JSONResponse(body, error.code)


async def _arguments(request: Request) -> JSON:
    """From the query, a form or JSON; in a form, nested values are JSON text."""
    if request.headers.get("content-type", "").startswith("application/json"):
        return {**request.query_params, **await request.json()}
    form = {key: str(value) for key, value in (await request.form()).items()}
    nested = {key: json.loads(form[key]) for key in NESTED & form.keys()}
    return {**request.query_params, **form, **nested}


async def inject(request: Request) -> JSONResponse:
    """``{"update": {…}, "update_id": 7?}``: an update as it is."""
    body = await request.json()
    number = await request.app.state.telegram.inject(body["update"], update_id=body.get("update_id"))
    return JSONResponse({"update_id": number})


async def write(request: Request) -> JSONResponse:
    """``{"chat": 7, "text": "…"}``: a customer writes."""
    body = await request.json()
    written = await updates.write(request.app.state.telegram, int(body["chat"]), body["text"])
    return JSONResponse(written)


async def press(request: Request) -> JSONResponse:
    """``{"chat": 7, "data": "…", "message_id": 3}``: somebody presses an inline button."""
    body = await request.json()
    query = await updates.press(
        request.app.state.telegram, int(body["chat"]), body["data"], message_id=body["message_id"]
    )
    return JSONResponse({"query": query})


async def order_fault(request: Request) -> JSONResponse:
    """``{"method": "sendMessage", "kind": "too_many", "times": 2, "seconds": 1}``."""
    request.app.state.telegram.faults.append(Fault(**await request.json()))
    return JSONResponse({})


async def upload(request: Request) -> JSONResponse:
    """The body is a file; the answer is its ``file_id`` for an injected update."""
    return JSONResponse({"file_id": request.app.state.telegram.new_file(await request.body())})


async def sent(request: Request) -> JSONResponse:
    """All that the bot did, or from the ``after``-th call on."""
    after = int(request.query_params.get("after", 0))
    return JSONResponse({"calls": [asdict(call) for call in request.app.state.telegram.calls[after:]]})


async def waiting(request: Request) -> JSONResponse:
    """Updates not yet confirmed."""
    return JSONResponse({"updates": request.app.state.telegram.waiting()})
