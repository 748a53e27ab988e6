"""News on an open page: what changed in the database is read again and shown, without a reload."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AbstractContextManager

import structlog
from nicegui import background_tasks, ui

from bot.console.visit import AWAY
from bot.desk import Desk
from bot.live import MISSED, News

# What one use case announces arrives in several pieces, read as one. Longer than a board is fresh: what was
# read after it holds the news it began with.
SETTLE = 0.6
AGAIN_AFTER = 1.0

log = structlog.get_logger(__name__)


def on_news(
    desk: Desk,
    refresh: Callable[[], Awaitable[None]],
    *topics: str,
    about: Callable[[News], bool] = lambda news: True,
    catch_up: bool = True,
) -> None:
    """Call ``refresh`` on this page after news of ``topics`` that it is ``about``, as long as it is open.

    ``catch_up``: also when news may have been missed, and once at the beginning, since the page was read
    before it began to listen. What only flares up is not caught up with.
    """
    client = ui.context.client

    async def listen() -> None:
        async with desk.live.subscribe(*topics) as queue:
            if catch_up:
                queue.put_nowait({"topic": MISSED})
            await follow(queue, refresh, lambda news: _concerns(news, about, catch_up), client)

    task = background_tasks.create(listen(), name="console news")
    client.on_delete(task.cancel)


async def follow(
    queue: asyncio.Queue[News],
    refresh: Callable[[], Awaitable[None]],
    concerns: Callable[[News], bool],
    page: AbstractContextManager[object],
    *,
    settle: float = SETTLE,
    again_after: float = AGAIN_AFTER,
) -> None:
    """Refresh in the ``page``'s place for what ``queue`` brings, for ever; times in seconds.

    A refresh that the database failed is tried until it succeeds: no further news may come. News that came
    while others settled may be younger than what was read, so they are read for once more.
    """
    young = False
    while True:
        due = young or concerns(await queue.get())
        await asyncio.sleep(settle)
        young = any([concerns(news) for news in _all_in(queue)])
        if due or young:
            with page:
                await _until_shown(refresh, again_after)


def _all_in(queue: asyncio.Queue[News]) -> Iterator[News]:
    while not queue.empty():
        yield queue.get_nowait()


def _concerns(news: News, about: Callable[[News], bool], catch_up: bool) -> bool:
    return catch_up if news["topic"] == MISSED else about(news)


async def _until_shown(refresh: Callable[[], Awaitable[None]], pause: float) -> None:
    """What fails for another reason than the database would fail again, and is left for the next news."""
    while True:
        try:
            await refresh()
        except AWAY as error:
            log.warning("console.database_away", error=type(error).__name__)
            await asyncio.sleep(pause)
        except Exception:
            log.exception("console.refresh_failed")
            return
        else:
            return
