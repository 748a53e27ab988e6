"""News on an open page: what changed in the database is read again and shown, without a reload."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog
from nicegui import background_tasks, ui

from bot.console.visit import AWAY
from bot.desk import Desk
from bot.live import MISSED, News

# What one use case announces arrives in several pieces, read as one; longer than a board is fresh.
SETTLE = 0.6

log = structlog.get_logger(__name__)


def on_news(
    desk: Desk,
    refresh: Callable[[], Awaitable[None]],
    *topics: str,
    about: Callable[[News], bool] = lambda news: True,
) -> None:
    """Call ``refresh`` on this page after news of ``topics`` that it is ``about``, as long as it is open."""
    client = ui.context.client

    async def follow() -> None:
        async with desk.live.subscribe(*topics) as queue:
            while True:
                batch = [await queue.get()]
                await asyncio.sleep(SETTLE)
                while not queue.empty():
                    batch.append(queue.get_nowait())
                if any(news["topic"] == MISSED or about(news) for news in batch):
                    with client:
                        await _again(refresh)

    task = background_tasks.create(follow(), name="console news")
    client.on_delete(task.cancel)


async def _again(refresh: Callable[[], Awaitable[None]]) -> None:
    """Once the database is back, everybody is told that news were missed, and reads again."""
    try:
        await refresh()
    except AWAY as error:
        log.warning("console.database_away", error=type(error).__name__)
