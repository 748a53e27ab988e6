"""Live news by NOTIFY: what changed, for screens and sockets that listen."""

import json
from typing import Any, Final

from sqlalchemy import ARRAY, Text, bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncSession

CHANNEL: Final = "qingting"

NEWS: Final = "news"
_body = func.unnest(bindparam("bodies", type_=ARRAY(Text))).column_valued("body")
_SEND: Final = select(func.pg_notify(CHANNEL, _body))


async def notify(session: AsyncSession, topic: str, **payload: Any) -> None:
    """Announce ``topic`` when this transaction commits; the payload is ids, never text of a customer."""
    # A dict keeps their order, and the same news once.
    session.info.setdefault(NEWS, {})[json.dumps({"topic": topic, **payload})] = None


async def send(session: AsyncSession) -> None:
    """Hand a transaction's news to the database, in one statement."""
    if bodies := list(session.info.pop(NEWS, ())):
        await session.execute(_SEND, {"bodies": bodies})
