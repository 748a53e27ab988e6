"""How a command gets at the database: the running desk's, or one started for its duration."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from sqlalchemy.ext.asyncio import AsyncSession

from bot import settings
from bot.runtime.database import for_command
from ledger.db import Database

T = TypeVar("T")


def in_transaction(work: Callable[[AsyncSession], Awaitable[T]]) -> T:
    """Do `work` in one transaction. Raises PostgresError when there is no database to be had."""
    with for_command(settings.load()) as url:
        return asyncio.run(_work(url, work))


async def _work(url: str, work: Callable[[AsyncSession], Awaitable[T]]) -> T:
    database = Database(url, pool_size=1)
    try:
        async with database.transaction() as session:
            return await work(session)
    finally:
        await database.close()
