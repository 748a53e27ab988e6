"""One message, one effect: what makes a repeated turn harmless (docs/decisions/0009)."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from sqlalchemy import literal, select, update
from sqlalchemy.dialects.postgresql import JSONB, insert
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
    key = (Effect.message_id == message_id) & (Effect.name == name)
    if not await _claimed(session, message_id, name, now):
        stored: dict[str, Any] | None = await session.scalar(select(Effect.result).where(key))
        if stored is None:
            raise NoSuchMessage(str(message_id))
        return stored
    result = await make()
    await session.execute(update(Effect).where(key).values(result=result))
    return result


async def _claimed(session: AsyncSession, message_id: int, name: str, now: datetime) -> bool:
    """Whether the effect is ours to make: there is such a message, and nobody had it or is about to."""
    values = Effect.message_id, Effect.name, Effect.at, Effect.result
    there_is = select(Message.id, literal(name), literal(now), literal({}, JSONB)).where(
        Message.id == message_id
    )
    # The unique key is the lock: a second insert waits here until the first transaction has ended.
    claim = insert(Effect).from_select([column.key for column in values], there_is)
    return await session.scalar(claim.on_conflict_do_nothing().returning(Effect.message_id)) is not None
