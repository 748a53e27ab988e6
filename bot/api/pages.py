"""The customer's pages: the chat at `/`, the frame that other sites embed, the status page, their assets."""

from functools import cache
from pathlib import Path
from typing import Any

import yaml
from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, JSONResponse
from fastapi.staticfiles import StaticFiles

from bot.api.wiring import DeskHere

WEB = Path(__file__).resolve().parent.parent / "web"
FRESH = {"Cache-Control": "no-cache"}

router = APIRouter(include_in_schema=False)
assets = StaticFiles(directory=WEB / "assets")


@router.get("/")
async def chat(request: Request) -> FileResponse:
    """The chat, with one sentence on what this is."""
    return _page(request, "index.html", "'self'")


@router.get("/embed")
async def embed(request: Request, desk: DeskHere) -> FileResponse:
    """The chat alone, for the frame that `widget.js` opens on the sites that are allowed to."""
    return _page(request, "embed.html", " ".join(("'self'", *desk.settings.embed_origins)))


@router.get("/status")
async def status(request: Request) -> FileResponse:
    """How a complaint stands, by number and pass-code."""
    return _page(request, "status.html", "'self'")


@router.get("/widget.js")
async def widget() -> FileResponse:
    """The one script that other sites embed."""
    return FileResponse(WEB / "assets" / "widget.js", media_type="text/javascript", headers=FRESH)


@router.get("/texts.json")
async def texts(desk: DeskHere) -> JSONResponse:
    """Every text of these pages in every language, and whose desk it is."""
    names = {language.value: name for language, name in desk.policy.organisation.names.items()}
    limits = desk.policy.limits
    return JSONResponse(
        {
            "languages": _texts(),
            "organisation": names,
            "time_zone": desk.policy.organisation.time_zone.key,
            "limits": {"message_length": limits.message_length, "file_megabytes": limits.file_megabytes},
        },
        headers=FRESH,
    )


@cache
def _texts() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((WEB / "texts.yml").read_text(encoding="utf-8"))
    return found


def _page(request: Request, name: str, ancestors: str) -> FileResponse:
    return FileResponse(WEB / name, headers={**FRESH, "Content-Security-Policy": _policy(request, ancestors)})


def _policy(request: Request, ancestors: str) -> str:
    # Not every browser takes 'self' to mean the socket of the same address.
    sockets = f"{'wss' if request.url.scheme == 'https' else 'ws'}://{request.url.netloc}"
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self' blob: data:",
            f"connect-src 'self' {sockets}",
            "form-action 'self'",
            "base-uri 'none'",
            f"frame-ancestors {ancestors}",
        )
    )
