"""An open page shows what is, whatever happens to a piece of news or to one reading of it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, nullcontext
from typing import Any, cast

import pytest
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolExhausted

from bot.console.board import Board, Snapshot
from bot.console.news import follow
from bot.desk import Desk
from bot.live import News
from tests.stand_ins import eventually

Refresh = Callable[[], Awaitable[None]]


@asynccontextmanager
async def following(refresh: Refresh, settle: float = 0) -> AsyncIterator[asyncio.Queue[News]]:
    """A page that follows a queue of news."""
    queue: asyncio.Queue[News] = asyncio.Queue()
    page = follow(queue, refresh, lambda news: True, nullcontext(), settle=settle, again_after=0)
    task = asyncio.create_task(page)
    async with AsyncExitStack() as stack:
        stack.callback(task.cancel)
        yield queue


def failing(*faults: Exception) -> tuple[Refresh, list[str]]:
    """A refresh that fails so often before it succeeds, and what it showed."""
    shown: list[str] = []
    left = list(faults)

    async def refresh() -> None:
        if left:
            raise left.pop(0)
        shown.append("shown")

    return refresh, shown


@pytest.mark.parametrize("fault", [OperationalError("SELECT", {}, Exception()), PoolExhausted()])
async def test_news_the_database_would_not_show_is_shown_later_without_further_news(fault: Exception) -> None:
    refresh, shown = failing(fault, fault)
    async with following(refresh) as news:
        news.put_nowait({"topic": "case"})
        await eventually(lambda: shown == ["shown"])


async def test_a_page_that_could_not_show_one_piece_of_news_shows_the_next() -> None:
    refresh, shown = failing(RuntimeError("the row is gone"))
    async with following(refresh) as news:
        news.put_nowait({"topic": "case"})
        await eventually(news.empty)
        news.put_nowait({"topic": "case"})
        await eventually(lambda: shown == ["shown"])


async def test_news_that_came_while_others_settled_is_read_for_once_more() -> None:
    """Another page may have read the board between the two, and boards are shared while they are fresh."""
    refresh, shown = failing()
    async with following(refresh, settle=0.05) as news:
        news.put_nowait({"topic": "case"})
        await eventually(news.empty)
        news.put_nowait({"topic": "clock"})
        await eventually(lambda: shown == ["shown", "shown"])


class SlowBoard(Board):
    """A board whose readings are counted, and wait for a gate."""

    def __init__(self) -> None:
        super().__init__(cast("Desk", None))
        self.gate = asyncio.Event()
        self.readings = 0

    async def _fetch(self) -> Snapshot:
        self.readings += 1
        number = self.readings
        await self.gate.wait()
        return cast("Any", number)


async def test_a_reading_whose_page_was_left_counts_for_nobody() -> None:
    board = SlowBoard()
    board.gate.set()
    await board.read()
    board._read_at -= 1
    board.gate.clear()
    left = asyncio.create_task(board.read())
    await eventually(lambda: board.readings == 2)
    others = asyncio.create_task(board.read())
    left.cancel()
    board.gate.set()
    assert await others == 3
