"""The database: one engine a process, one transaction a use case."""

import select
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine

from ledger import live, queue
from ledger.patience import PatientConnection


class Database:
    """A PostgreSQL database by its SQLAlchemy URL (``postgresql+psycopg://…``).

    With ``patience`` no connection and no answer is waited for longer than so many seconds; then it raises
    OperationalError or, where every connection is in use, SQLAlchemy's TimeoutError.
    """

    def __init__(self, url: str, *, pool_size: int = 20, patience: float | None = None) -> None:
        self.url = url
        # hide_parameters: an error that is logged must not quote a customer. The connection used last is used
        # next: it has its statements prepared.
        self.engine = create_async_engine(
            url,
            pool_size=pool_size,
            max_overflow=10,
            pool_timeout=patience or 30,
            pool_use_lifo=True,
            hide_parameters=True,
            connect_args=_patient(patience) if patience else {},
        )
        _test_spoken_to(self.engine.sync_engine.pool, self.engine.dialect)
        self._sessions = async_sessionmaker(self.engine, expire_on_commit=False)
        by_itself = self.engine.execution_options(isolation_level="AUTOCOMMIT")
        self._readers = async_sessionmaker(by_itself, expire_on_commit=False)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        """A session that is committed when the block ends and rolled back when it raises.

        Its jobs and its news leave with the commit.
        """
        async with self._sessions() as session, session.begin():
            yield session
            await queue.send(session)
            await live.send(session)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        """A session that only reads, each statement by itself: nothing is begun and nothing committed."""
        async with self._readers() as session:
            yield session

    async def close(self) -> None:
        """Give all connections back."""
        await self.engine.dispose()


def _patient(seconds: float) -> dict[str, Any]:
    return {"async_creator_fn": PatientConnection.connect, "patience": seconds}


def _test_spoken_to(pool: Any, dialect: Dialect) -> None:
    """Ask whether the server is still there when it said something to an idle connection."""

    @event.listens_for(pool, "checkout")
    def test(connection: Any, record: Any, proxy: Any) -> None:
        if not is_spoken_to(connection.driver_connection.fileno()):
            return
        try:
            dialect.do_ping(connection)
        except dialect.loaded_dbapi.Error as error:
            raise InvalidatePoolError from error


def is_spoken_to(socket: int) -> bool:
    """Whether the server said something to an idle connection of this file number: mostly goodbye.

    A server that stops, or ends a session, makes the socket readable. Asking it before every use would find
    out no more, and costs a round trip each time.
    """
    waiting = select.poll()
    waiting.register(socket, select.POLLIN)
    return bool(waiting.poll(0))
