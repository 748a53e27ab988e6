"""Live news by NOTIFY: what changed, for screens and sockets that listen."""

import json
from functools import cache
from typing import Any, Final

from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncSession

CHANNEL: Final = "qingting"

NEWS: Final = "news"


async def notify(session: AsyncSession, topic: str, **payload: Any) -> None:
    """Announce ``topic`` when this transaction commits; the payload is ids, never text of a customer."""
    # A dict keeps their order, and the same news once.
    session.info.setdefault(NEWS, {})[json.dumps({"topic": topic, **payload})] = None


async def send(session: AsyncSession) -> None:
    """Hand a transaction's news to the database, in one statement."""
    if bodies := list(session.info.pop(NEWS, ())):
        await session.execute(_sending(len(bodies)), {f"b{place}": body for place, body in enumerate(bodies)})


@cache
def _sending(pieces: int) -> TextClause:
    calls = ", ".join(f"pg_notify('{CHANNEL}', :b{place})" for place in range(pieces))
    return text(f"SELECT {calls}")
