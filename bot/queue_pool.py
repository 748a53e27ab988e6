"""The queue's connections: tested before use only when the server said something to an idle one."""

from typing import Any

from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from ledger.db import is_spoken_to

Connection = AsyncConnection[Any]


def queue_pool(**options: Any) -> AsyncConnectionPool[Connection]:
    """A pool as procrastinate asks for it."""
    return AsyncConnectionPool(**{**options, "check": _check})


async def _check(connection: Connection) -> None:
    if is_spoken_to(connection.fileno()):
        await AsyncConnectionPool.check_connection(connection)


async def statement_by_statement(connection: Connection) -> None:
    """The queue asks for one thing at a time: there is nothing to begin and to commit around it."""
    await connection.set_autocommit(True)
