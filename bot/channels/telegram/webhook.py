"""The webhook: 200 only after the commit, so that Telegram delivers again whatever was not taken."""

import hmac
from collections.abc import Awaitable, Callable
from typing import Annotated, Final
from urllib.parse import urlsplit

from fastapi import APIRouter, Body, Depends, Header, HTTPException, Response

from bot.channels.telegram.intake import NotTaken, Raw

ROUTE: Final = "/telegram/webhook"


def path_of(url: str) -> str:
    """The route the public address leads to; ``/telegram/webhook`` if it names none."""
    path = urlsplit(url).path.rstrip("/")
    return path or ROUTE


def address_of(url: str) -> str:
    """The address Telegram is told."""
    return url if urlsplit(url).path.rstrip("/") else url.rstrip("/") + ROUTE


def create_router(path: str, secret: str, take: Callable[[Raw], Awaitable[None]]) -> APIRouter:
    """The route that Telegram calls."""
    router = APIRouter()

    def authorised(x_telegram_bot_api_secret_token: Annotated[str, Header()] = "") -> None:
        if not hmac.compare_digest(x_telegram_bot_api_secret_token.encode(), secret.encode()):
            raise HTTPException(403)

    @router.post(path, include_in_schema=False, dependencies=[Depends(authorised)])
    async def receive(update: Annotated[Raw, Body()]) -> Response:
        if not isinstance(update.get("update_id"), int):
            raise HTTPException(400)
        try:
            await take(update)
        except NotTaken:
            return Response(status_code=503)
        return Response(status_code=200)

    return router
