"""One message, one effect: what makes a repeated turn harmless (architecture, decision 8)."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession


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
    """
    raise NotImplementedError
