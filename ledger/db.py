"""The database: one engine a process, one transaction a use case."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine

from ledger.patience import PatientConnection


class Database:
    """A PostgreSQL database by its SQLAlchemy URL (``postgresql+psycopg://…``).

    With ``patience`` no connection and no answer is waited for longer than so many seconds; then it raises
    OperationalError or, where every connection is in use, SQLAlchemy's TimeoutError.
    """

    def __init__(self, url: str, *, pool_size: int = 20, patience: float | None = None) -> None:
        self.url = url
        # hide_parameters: an error that is logged must not quote a customer.
        self.engine = create_async_engine(
            url,
            pool_size=pool_size,
            max_overflow=10,
            pool_timeout=patience or 30,
            pool_pre_ping=True,
            hide_parameters=True,
            connect_args=_patient(patience) if patience else {},
        )
        self._sessions = async_sessionmaker(self.engine, expire_on_commit=False)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        """A session that is committed when the block ends and rolled back when it raises."""
        async with self._sessions() as session, session.begin():
            yield session

    async def close(self) -> None:
        """Give all connections back."""
        await self.engine.dispose()


def _patient(seconds: float) -> dict[str, Any]:
    return {"async_creator_fn": PatientConnection.connect, "patience": seconds}
