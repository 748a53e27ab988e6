"""Showing the customer that an answer is on its way, when it takes long enough to wonder."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Final

from bot.channels.base import Channel

# Most answers are there sooner than anybody looks; platforms show the sign for about five seconds.
SHOWN_AFTER: Final = 0.7
SHOWN_AGAIN_AFTER: Final = 4.0


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


async def _show(channel: Channel, address: str) -> None:
    await asyncio.sleep(SHOWN_AFTER)
    while True:
        # A sign of life that fails is no reason to fail the answer.
        with suppress(Exception):
            await channel.typing(address)
        await asyncio.sleep(SHOWN_AGAIN_AFTER)
