"""Live news by NOTIFY: what changed, for screens and sockets that listen."""

import json
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

CHANNEL: Final = "qingting"


async def notify(session: AsyncSession, topic: str, **payload: Any) -> None:
    """Announce ``topic`` when this transaction commits; the payload is ids, never text of a customer."""
    body = json.dumps({"topic": topic, **payload})
    await session.execute(text("SELECT pg_notify(:channel, :body)"), {"channel": CHANNEL, "body": body})
