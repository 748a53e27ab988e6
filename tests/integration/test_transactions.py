"""What one transaction asks of the database: live connections, and its jobs and news with the commit."""

from contextlib import suppress

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from bot.live import Live
from ledger import live, queue
from ledger.db import Database

OTHERS = text(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


async def _jobs(session: AsyncSession) -> int:
    return int(await session.scalar(text("SELECT count(*) FROM procrastinate_jobs")) or 0)


async def _fails_after_deferring(database: Database) -> None:
    async with database.transaction() as session:
        await queue.defer(session, queue.HEAR_BELATEDLY, message_id=1)
        await live.notify(session, "message", message=1)
        raise ZeroDivisionError


async def test_a_connection_that_died_is_replaced_without_a_word(
    database: Database, database_url: str
) -> None:
    async with database.transaction() as session:
        await session.execute(text("SELECT 1"))
    other = Database(database_url)
    async with other.transaction() as session:
        await session.execute(OTHERS)
    await other.close()
    async with database.transaction() as session:
        assert await session.scalar(text("SELECT 1")) == 1


async def test_jobs_and_news_leave_in_order_with_the_commit(database: Database, database_url: str) -> None:
    news = Live(database_url)
    await news.start()
    async with news.subscribe("message") as heard:
        await news.listening.wait()
        async with database.transaction() as session:
            for number in (1, 2, 1):
                await live.notify(session, "message", message=number)
                await queue.defer(session, queue.HEAR_BELATEDLY, message_id=number)
            assert await _jobs(session) == 0
        told = [await heard.get() for _ in range(3)]
    await news.stop()
    assert [piece.get("message") for piece in told] == [None, 1, 2]
    async with database.reading() as session:
        ids = text("SELECT args->>'message_id' FROM procrastinate_jobs ORDER BY id")
        assert list(await session.scalars(ids)) == ["1", "2", "1"]


async def test_what_was_rolled_back_leaves_neither_jobs_nor_news(database: Database) -> None:
    with suppress(ZeroDivisionError):
        await _fails_after_deferring(database)
    async with database.reading() as session:
        assert await _jobs(session) == 0


async def test_a_conversation_is_handed_to_the_queue_once_in_a_transaction(database: Database) -> None:
    async with database.transaction() as session:
        await queue.handle(session, 7, 1)
        await queue.handle(session, 7, 2)
        await queue.handle(session, 8, 3)
    async with database.reading() as session:
        assert await _jobs(session) == 2
