"""One message, one effect: what makes a repeated turn harmless (docs/decisions/0009)."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.errors import NoSuchMessage
from ledger.models import Effect, Message


async def once(
    session: AsyncSession,
    message_id: int,
    name: str,
    now: datetime,
    make: Callable[[], Awaitable[dict[str, Any]]],
) -> dict[str, Any]:
    """The result of ``make``, which runs at most once for (inbound message, effect name).

    ``make`` returns JSON. Whoever comes second, even at the same moment, waits for the first transaction and
    is given its stored result; if that one rolled back, the second makes the effect.

    Raises:
        NoSuchMessage
    """
    if await session.get(Message, message_id) is None:
        raise NoSuchMessage(str(message_id))
    key = (Effect.message_id == message_id) & (Effect.name == name)
    # The unique key is the lock: a second insert waits here until the first transaction has ended.
    claim = insert(Effect).values(message_id=message_id, name=name, at=now, result={})
    if await session.scalar(claim.on_conflict_do_nothing().returning(Effect.message_id)) is None:
        stored: dict[str, Any] = (await session.execute(select(Effect.result).where(key))).scalar_one()
        return stored
    result = await make()
    await session.execute(update(Effect).where(key).values(result=result))
    return result
