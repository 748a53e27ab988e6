"""The database: one engine a process, one transaction a use case."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from time import monotonic
from typing import Any, Final

from sqlalchemy import event
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine

from ledger import live, queue
from ledger.patience import PatientConnection

# A connection that lay unused for so long (seconds) is tested before it is used again: the database may have
# been away. One in steady use need not be, since a server takes longer than this to come back.
RESTED: Final = 0.5


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
        _test_rested(self.engine.sync_engine.pool, self.engine.dialect)
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


def _test_rested(pool: Any, dialect: Dialect) -> None:
    @event.listens_for(pool, "checkin")
    def note(connection: Any, record: Any) -> None:
        record.info["used"] = monotonic()

    @event.listens_for(pool, "checkout")
    def test(connection: Any, record: Any, proxy: Any) -> None:
        used = record.info.get("used")
        if used is None or monotonic() - used < RESTED:
            return
        try:
            dialect.do_ping(connection)
        except dialect.loaded_dbapi.Error as error:
            raise InvalidatePoolError from error
