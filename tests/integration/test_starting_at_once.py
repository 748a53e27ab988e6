"""Several desks that are started at once on one new database do not stand in each other's way."""

import asyncio
from datetime import UTC, datetime

from sqlalchemy import func, select

from bot.runtime import database
from bot.runtime.administrator import ensure_administrator
from ledger.db import Database
from ledger.models import Staff


async def test_of_desks_that_start_at_once_one_opens_the_administrators_account(database_url: str) -> None:
    now = datetime.now(UTC)
    told = await asyncio.gather(*(ensure_administrator(database_url, None, now=now) for _ in range(8)))
    opened = Database(database_url)
    async with opened.transaction() as session:
        accounts = await session.scalar(select(func.count()).select_from(Staff))
    await opened.close()
    assert accounts == 1
    assert len([password for password in told if password]) == 1


async def test_desks_that_start_at_once_prepare_one_database(database_url: str) -> None:
    await asyncio.gather(*(asyncio.to_thread(database.prepare, database_url) for _ in range(6)))
