"""What several processes do one after the other: advisory locks of PostgreSQL, all numbers in one place.

Where one of many is locked, a conversation or a sender, the number is a hash of its name (``hashtext``).
"""

from enum import IntEnum, unique

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession


@unique
class Lock(IntEnum):
    """What is done by one at a time. A number is never given away: two releases may run side by side."""

    DESK_BOOK = 7_001
    DEPARTMENTS = 7_002
    COUNTING = 7_003
    WAVES = 7_004
    REPORTS = 7_012
    DRILLS = 7_015
    MIGRATING = 7_481_350
    ADMINISTRATOR = 7_481_351
    ENGINE_SCHEMA = 7_481_352


async def wait_for(session: AsyncSession, lock: Lock) -> None:
    """Hold it until the transaction ends, once whoever holds it has ended theirs."""
    await session.execute(select(func.pg_advisory_xact_lock(lock.value)))


async def try_for(session: AsyncSession, lock: Lock) -> bool:
    """Hold it until the transaction ends, unless somebody else does: then False, at once."""
    return bool(await session.scalar(select(func.pg_try_advisory_xact_lock(lock.value))))
