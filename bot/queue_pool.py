"""The queue's connections: tested before use only after they lay unused, since a busy queue asks often."""

from time import monotonic
from typing import Any
from weakref import WeakKeyDictionary

from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from ledger.db import RESTED

Connection = AsyncConnection[Any]


def queue_pool(**options: Any) -> AsyncConnectionPool[Connection]:
    """A pool as procrastinate asks for it."""
    used: WeakKeyDictionary[Connection, float] = WeakKeyDictionary()

    async def check(connection: Connection) -> None:
        if monotonic() - used.get(connection, 0.0) > RESTED:
            await AsyncConnectionPool.check_connection(connection)

    async def reset(connection: Connection) -> None:
        used[connection] = monotonic()

    return AsyncConnectionPool(**{**options, "check": check, "reset": reset})


async def statement_by_statement(connection: Connection) -> None:
    """The queue asks for one thing at a time: there is nothing to begin and to commit around it."""
    await connection.set_autocommit(True)
