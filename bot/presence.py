"""Who is writing at this moment: the desk, shown to its customers, and customers, known to the desk."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from typing import Final

from bot.channels.base import Channel
from bot.live import Live

# Most answers are there sooner than anybody looks; platforms show the sign for about five seconds.
SHOWN_AFTER: Final = 0.7
SHOWN_AGAIN_AFTER: Final = 4.0
CUSTOMER_TYPING: Final = "customer_typing"
# So many customers are remembered as writing; the desk listens to none of them for longer than seconds.
REMEMBERED: Final = 10_000

_signs: set[asyncio.Task[None]] = set()


class Typists:
    """Which customers were seen writing, and when: news of their sockets, lost without harm."""

    def __init__(self) -> None:
        self._seen: dict[int, datetime] = {}

    def last(self, conversation_id: int) -> datetime | None:
        """When the customer of a conversation was last seen writing."""
        return self._seen.get(conversation_id)

    def note(self, conversation_id: int, at: datetime) -> None:
        """The customer writes."""
        self._seen.pop(conversation_id, None)
        self._seen[conversation_id] = at
        if len(self._seen) > REMEMBERED:
            del self._seen[next(iter(self._seen))]

    async def watch(self, live: Live) -> None:
        """Take note of the news for as long as this runs."""
        async with live.subscribe(CUSTOMER_TYPING) as news:
            while True:
                told = await news.get()
                if told["topic"] == CUSTOMER_TYPING:
                    self.note(told["conversation"], datetime.fromisoformat(told["at"]))


@asynccontextmanager
async def shown(channel: Channel | None, address: str) -> AsyncIterator[None]:
    """Show it for as long as the block takes, from ``SHOWN_AFTER`` seconds on."""
    if channel is None:
        yield
        return
    task = asyncio.create_task(_show(channel, address))
    try:
        yield
    finally:
        task.cancel()


def sign(channel: Channel | None, address: str) -> None:
    """Show it once, for as long as the platform shows it, without waiting for the platform."""
    if channel is None:
        return
    task = asyncio.create_task(_type(channel, address))
    _signs.add(task)
    task.add_done_callback(_signs.discard)


async def _show(channel: Channel, address: str) -> None:
    await asyncio.sleep(SHOWN_AFTER)
    while True:
        await _type(channel, address)
        await asyncio.sleep(SHOWN_AGAIN_AFTER)


async def _type(channel: Channel, address: str) -> None:
    # A sign of life that fails is no reason to fail the answer.
    with suppress(Exception):
        await channel.typing(address)
