"""Web chat: nothing is pushed to a platform, since our own sockets and long polls read the row.

A reply is sent as soon as it may be read. One subscription a process wakes the sockets it concerns; nobody
asks the database again and again.
"""

import asyncio
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Final

from bot.channels.base import Outgoing
from bot.live import MISSED, Live, News
from ledger.db import Database
from ledger.live import notify

NAME: Final = "web"
TYPING: Final = "typing"
# After news was missed every listener reads again; so many conversations, then a pause in seconds.
WOKEN_AT_ONCE: Final = 25
WOKEN_AGAIN_AFTER: Final = 0.05


class Ear:
    """What one socket or long poll waits on: something to read, or somebody who types."""

    def __init__(self) -> None:
        self.changed = asyncio.Event()
        self.typing = False

    async def wait(self) -> bool:
        """Wait for something; returns whether somebody types, and is ready for the next wait."""
        await self.changed.wait()
        self.changed.clear()
        typing, self.typing = self.typing, False
        return typing


class WebChannel:
    """The port's web side. ``listen`` is what sockets and long polls use."""

    name = NAME
    pulled = True
    reachable = True

    def __init__(self, database: Database, live: Live) -> None:
        self._database = database
        self._live = live
        self._ears: dict[int, set[Ear]] = defaultdict(set)
        self._addresses: dict[str, int] = {}
        self._task: asyncio.Task[None] | None = None

    @property
    def listeners(self) -> int:
        """How many sockets and long polls wait in this process."""
        return sum(len(ears) for ears in self._ears.values())

    async def start(self) -> None:
        """Begin to pass news on to those who listen."""
        ready = asyncio.Event()
        self._task = asyncio.create_task(self._pass_on(ready), name="web chat news")
        await ready.wait()

    async def stop(self) -> None:
        """Stop passing news on."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def send(self, message: Outgoing) -> str | None:
        """Wake who listens: from here on the row may be read."""
        await self._announce("message", address=message.address, message=message.id)
        return None

    async def typing(self, address: str) -> None:
        """Tell the visitor's screens that the desk is writing."""
        await self._announce(TYPING, address=address)

    @contextmanager
    def listen(self, conversation_id: int, address: str) -> Iterator[Ear]:
        """An ear for one conversation, for the length of the block."""
        ear = Ear()
        self._ears[conversation_id].add(ear)
        self._addresses[address] = conversation_id
        try:
            yield ear
        finally:
            self._ears[conversation_id].discard(ear)
            if not self._ears[conversation_id]:
                del self._ears[conversation_id]
                self._addresses.pop(address, None)

    async def _announce(self, topic: str, **payload: object) -> None:
        async with self._database.transaction() as session:
            await notify(session, topic, **payload)

    async def _pass_on(self, ready: asyncio.Event) -> None:
        async with self._live.subscribe("message", "conversation", TYPING) as news:
            ready.set()
            while True:
                await self._hear(await news.get())

    async def _hear(self, news: News) -> None:
        if news["topic"] == MISSED:
            await self._wake_all()
            return
        conversation = news.get("conversation", self._addresses.get(str(news.get("address"))))
        if conversation in self._ears:
            _wake(self._ears[conversation], typing=news["topic"] == TYPING)

    async def _wake_all(self) -> None:
        """A few at a time: all of them read their rows again, and other requests want the database too."""
        for position, ears in enumerate(list(self._ears.values()), start=1):
            _wake(ears)
            if position % WOKEN_AT_ONCE == 0:
                await asyncio.sleep(WOKEN_AGAIN_AFTER)


def _wake(ears: set[Ear], *, typing: bool = False) -> None:
    for ear in ears:
        ear.typing = ear.typing or typing
        ear.changed.set()
