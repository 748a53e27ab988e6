"""The customer's side of every channel, for the suite that runs over all adapters.

A new adapter adds one class here, with an ``async`` context manager that starts it, to ``PLATFORMS``.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import httpx
from fastapi import FastAPI

from bot import api
from bot.channels.base import Channel
from bot.channels.telegram import TelegramChannel
from bot.channels.web import WebChannel
from bot.desk import Desk
from ledger.db import Database
from ledger.models import Message
from tests.emulator import updates
from tests.emulator.desk import make_desk
from tests.emulator.server import running
from tests.emulator.state import Telegram

JPEG = b"\xff\xd8\xff\xe0 a photo of a broken fridge"


@dataclass(frozen=True, slots=True)
class Shown:
    """A message of ours as the customer sees it."""

    text: str
    buttons: tuple[str, ...] = ()


class Platform(Protocol):
    """What customers ``who`` (1, 2, …) do and see; what they send is confirmed when the call returns."""

    desk: Desk
    channel: Channel

    async def write(self, who: int, text: str, *, id: int) -> None:
        """Write ``text`` as message ``id`` of this customer; the same id again is a redelivery."""

    async def send_photo(self, who: int, caption: str, *, id: int) -> None:
        """Send the photo ``JPEG``."""

    async def press(self, who: int, question: Message, place: int) -> None:
        """Press a quick reply under ``question``."""

    async def shown(self, who: int) -> list[Shown]:
        """What the desk has said to this customer."""


class TelegramSide:
    """Telegram, by the emulator."""

    def __init__(self, desk: Desk, channel: Channel, telegram: Telegram) -> None:
        self.desk, self.channel, self._telegram = desk, channel, telegram

    async def write(self, who: int, text: str, *, id: int) -> None:
        await updates.write(self._telegram, who, text, message_id=id)
        await self._telegram.all_confirmed()

    async def send_photo(self, who: int, caption: str, *, id: int) -> None:
        content = updates.photo(self._telegram, JPEG)
        await updates.send(self._telegram, who, **content, caption=caption, message_id=id)
        await self._telegram.all_confirmed()

    async def press(self, who: int, question: Message, place: int) -> None:
        sent = next(call for call in self._telegram.sent(chat=who) if call.text == question.text)
        data = sent.arguments["reply_markup"]["inline_keyboard"][place][0]["callback_data"]
        await updates.press(self._telegram, who, data, message_id=sent.result["message_id"])
        await self._telegram.all_confirmed()

    async def shown(self, who: int) -> list[Shown]:
        sent = self._telegram.sent(chat=who)
        return [Shown(call.text, _titles(call.arguments.get("reply_markup", {}))) for call in sent]


def _titles(markup: dict[str, list[list[dict[str, str]]]]) -> tuple[str, ...]:
    return tuple(button["text"] for row in markup.get("inline_keyboard", ()) for button in row)


class WebSide:
    """Web chat, by the customer's API."""

    def __init__(self, desk: Desk, channel: Channel, client: httpx.AsyncClient) -> None:
        self.desk, self.channel, self._client = desk, channel, client
        self._tokens: dict[int, str] = {}

    async def write(self, who: int, text: str, *, id: int) -> None:
        await self._post(who, "messages", json={"text": text, "client_id": f"w{id}"})

    async def send_photo(self, who: int, caption: str, *, id: int) -> None:
        form = {"text": caption, "client_id": f"w{id}"}
        await self._post(who, "files", data=form, files={"file": ("fridge.jpg", JPEG)})

    async def press(self, who: int, question: Message, place: int) -> None:
        asked = next(line for line in await self._read(who) if line["id"] == question.id)
        said = asked["buttons"][place]["payload"]
        await self._post(who, "messages", json={"text": said, "client_id": f"b{question.id}.{place}"})

    async def shown(self, who: int) -> list[Shown]:
        lines = [line for line in await self._read(who) if line["author"] != "customer"]
        return [Shown(line["text"], tuple(one["title"] for one in line["buttons"])) for line in lines]

    async def _read(self, who: int) -> list[dict[str, Any]]:
        answer = await self._client.get("/api/v1/chat/messages", headers=await self._headers(who))
        return list(answer.json()["messages"])

    async def _post(self, who: int, what: str, **content: Any) -> None:
        headers = await self._headers(who)
        answer = await self._client.post(f"/api/v1/chat/{what}", headers=headers, **content)
        assert answer.status_code == 202, answer.text

    async def _headers(self, who: int) -> dict[str, str]:
        if who not in self._tokens:
            opened = await self._client.post("/api/v1/chat/sessions", json={})
            self._tokens[who] = opened.json()["token"]
        return {"Authorization": f"Bearer {self._tokens[who]}"}


@asynccontextmanager
async def on_telegram(database: Database, home: Path) -> AsyncIterator[Platform]:
    async with running() as emulator:
        desk = make_desk(database, home, telegram_api_base_url=emulator.url)
        channel = TelegramChannel(desk, "4242:test-token", patience=2, long_poll=1)
        desk.channels[channel.name] = channel
        await channel.start()
        yield TelegramSide(desk, channel, emulator.telegram)
        await channel.stop()


@asynccontextmanager
async def on_the_web(database: Database, home: Path) -> AsyncIterator[Platform]:
    desk = make_desk(database, home)
    channel = WebChannel(database, desk.live)
    desk.channels[channel.name] = channel
    app = FastAPI()
    app.state.desk = desk
    api.install(app)
    await channel.start()
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://desk") as client:
        yield WebSide(desk, channel, client)
    await channel.stop()


PLATFORMS: dict[str, Callable[[Database, Path], AbstractAsyncContextManager[Platform]]] = {
    "telegram": on_telegram,
    "web": on_the_web,
}
