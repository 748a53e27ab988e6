"""News reaches who listens, and who missed some is told so."""

import asyncio
from typing import Any

from sqlalchemy import text

from bot.live import BACKLOG, Live
from ledger.db import Database
from ledger.live import notify
from tests.stand_ins import eventually


async def test_news_reaches_who_asked_for_its_topic(database: Database, database_url: str) -> None:
    live = await _listening(database_url)
    async with live.subscribe("message") as messages, live.subscribe() as everything:
        await _news(database, "case", case=1)
        await _news(database, "message", conversation=2, message=3)
        assert await _next(messages) == {"topic": "message", "conversation": 2, "message": 3}
        assert (await _next(everything))["topic"] == "case"
    await live.stop()


async def test_news_of_a_transaction_that_failed_never_comes(database: Database, database_url: str) -> None:
    live = await _listening(database_url)
    async with live.subscribe("message") as messages:
        try:
            async with database.transaction() as session:
                await notify(session, "message", message=1)
                raise RuntimeError
        except RuntimeError:
            await _news(database, "message", message=2)
        assert (await _next(messages))["message"] == 2
    await live.stop()


async def test_who_lost_the_connection_is_told_that_news_was_missed(
    database: Database, database_url: str
) -> None:
    live = await _listening(database_url)
    async with live.subscribe("message") as messages:
        cut = text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'")
        async with database.transaction() as session:
            await session.execute(cut)
        assert await _next(messages) == {"topic": "missed"}
        await _news(database, "message", message=4)
        assert (await _next(messages))["message"] == 4
    await live.stop()


async def test_a_reader_far_behind_reads_its_rows_again(database: Database, database_url: str) -> None:
    live = await _listening(database_url)
    async with live.subscribe("message") as messages:
        async with database.transaction() as session:
            for number in range(BACKLOG + 5):
                await notify(session, "message", message=number)
        await _news(database, "clock")
        await eventually(lambda: messages.qsize() == 5)
        assert (await _next(messages))["topic"] == "missed"
    await live.stop()


async def _listening(url: str) -> Live:
    live = Live(url, reconnect_after=0.05)
    await live.start()
    async with asyncio.timeout(10):
        await live.listening.wait()
    return live


async def _news(database: Database, topic: str, **ids: int) -> None:
    async with database.transaction() as session:
        await notify(session, topic, **ids)


async def _next(queue: asyncio.Queue[dict[str, Any]]) -> dict[str, Any]:
    async with asyncio.timeout(10):
        return await queue.get()
