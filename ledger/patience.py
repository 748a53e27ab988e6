"""Connections that do not wait for ever for a database that is there and says nothing.

A server that is stopped, swapped out or cut off without a word leaves its connections open. Who waits there
holds a request and a place in the pool until somebody loses patience; it had better be us.
"""

from typing import Any, Self

import psycopg
from psycopg.abc import RV, PQGen


class PatientConnection(psycopg.AsyncConnection[Any]):
    """A connection on which no single answer is waited for longer than ``patience`` seconds.

    Then it is closed, and OperationalError raised: like a server that is gone, which SQLAlchemy knows about.
    """

    patience: float | None = None

    @classmethod
    async def connect(  # type: ignore[override]
        cls, conninfo: str = "", *, patience: float, **options: Any
    ) -> Self:
        """Connect within ``patience`` seconds."""
        connection = await super().connect(conninfo, connect_timeout=max(2, round(patience)), **options)
        connection.patience = patience
        return connection

    async def wait(self, gen: PQGen[RV], *arguments: Any, **options: Any) -> RV:
        """Wait for the server's next answer."""
        if self.patience is None or arguments or "timeout" in options:
            return await super().wait(gen, *arguments, **options)
        try:
            return await super().wait(gen, timeout=self.patience, **options)
        except psycopg.OperationalError:
            if self.pgconn.transaction_status == psycopg.pq.TransactionStatus.ACTIVE:
                self.pgconn.finish()
                raise psycopg.OperationalError("the database does not answer") from None
            raise
