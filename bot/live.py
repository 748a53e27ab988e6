"""News of this moment, by LISTEN: what screens and sockets wait for.

Every piece of news is a dict with ``topic`` and ids: ``message`` {conversation, message}, ``conversation``
{conversation}, ``case`` {case, number}, ``clock``, ``notice``. After the connection was lost, and the news
with it, every subscriber gets ``{"topic": "missed"}`` once and reads its rows again.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any, Final

import psycopg
import structlog
from sqlalchemy.engine import make_url

from ledger.live import CHANNEL

News = dict[str, Any]
MISSED: Final = "missed"
# A reader this far behind reads its rows again instead of one piece of news after another.
BACKLOG: Final = 1000
# Whoever only listens would not notice for hours that the other side is gone. Seconds, seconds, times.
KEEPALIVE: Final = {"keepalives_idle": "15", "keepalives_interval": "5", "keepalives_count": "3"}

log = structlog.get_logger(__name__)


class Live:
    """One listening connection a process, shared by all who subscribe."""

    def __init__(self, url: str, *, reconnect_after: float = 1.0) -> None:
        address = make_url(url).set(drivername="postgresql").update_query_dict(KEEPALIVE)
        self._conninfo = address.render_as_string(hide_password=False)
        self._reconnect_after = reconnect_after
        self._subscribers: dict[asyncio.Queue[News], frozenset[str]] = {}
        self._task: asyncio.Task[None] | None = None
        self.listening = asyncio.Event()

    async def start(self) -> None:
        """Begin to listen; connects in the background and again whenever the connection is lost."""
        self._task = asyncio.create_task(self._keep_listening(), name="live news")

    async def stop(self) -> None:
        """Stop listening; subscribers get nothing more."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    @asynccontextmanager
    async def subscribe(self, *topics: str) -> AsyncIterator[asyncio.Queue[News]]:
        """A queue that fills with news of ``topics`` (of every topic if none is named) during the block."""
        queue: asyncio.Queue[News] = asyncio.Queue(BACKLOG)
        self._subscribers[queue] = frozenset((*topics, MISSED)) if topics else frozenset()
        try:
            yield queue
        finally:
            del self._subscribers[queue]

    async def _keep_listening(self) -> None:
        while True:
            try:
                await self._listen()
            except psycopg.Error as error:
                log.warning("live.lost", error=type(error).__name__)
            self.listening.clear()
            await asyncio.sleep(self._reconnect_after)

    async def _listen(self) -> None:
        connection = await psycopg.AsyncConnection.connect(self._conninfo, autocommit=True)
        async with connection:
            await connection.execute(f"LISTEN {CHANNEL}")
            self.listening.set()
            self._spread({"topic": MISSED})
            async for news in connection.notifies():
                self._spread(json.loads(news.payload))

    def _spread(self, news: News) -> None:
        for queue, topics in list(self._subscribers.items()):
            if not topics or news["topic"] in topics:
                _put(queue, news)


def _put(queue: asyncio.Queue[News], news: News) -> None:
    if queue.full():
        while not queue.empty():
            queue.get_nowait()
        news = {"topic": MISSED}
    queue.put_nowait(news)
