"""Long polling: an offset is confirmed only after everything before it is committed."""

import asyncio
import logging
import time
import warnings
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from typing import Final

from prometheus_client import Counter
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection
from telegram import Bot
from telegram.error import TelegramError
from telegram.warnings import PTBUserWarning

from bot.channels.telegram.dispatch import ALLOWED_UPDATES
from bot.channels.telegram.intake import Intake, NotTaken, Raw
from ledger.db import Database

TRY_LOCK: Final = text("SELECT pg_try_advisory_lock(hashtext('qingting.telegram.polling'))")
ALIVE: Final = text("SELECT 1")
AT_ONCE: Final = 8
SHORTEST_PAUSE: Final = 0.2
LONGEST_PAUSE: Final = 5.0
FAILURES: Final = Counter("qingting_telegram_poll_failures", "Times that polling Telegram failed")

# Raw updates are asked for on purpose, see Polling._updates.
warnings.filterwarnings("ignore", message=".*Bot.getUpdates", category=PTBUserWarning)

log = logging.getLogger(__name__)


class Polling:
    """The loop. Of several desk processes on one database only one polls; another follows when it ends.

    ``long_poll`` is how many seconds Telegram may wait for news before it answers.
    """

    def __init__(self, bot: Bot, intake: Intake, database: Database, *, long_poll: int) -> None:
        self._bot = bot
        self._intake = intake
        self._database = database
        self._long_poll = long_poll
        self.failing = False
        self._offset = 0
        self._slots = asyncio.Semaphore(AT_ONCE)

    async def run(self) -> None:
        """Poll until cancelled, through every failure of the network, the platform or the database."""
        pause = SHORTEST_PAUSE
        while True:
            try:
                async with self._alone() as connection:
                    # A webhook that is still set shows as a conflict in the next poll.
                    with suppress(TelegramError):
                        await self._bot.delete_webhook()
                    while True:
                        await self._once(connection)
                        self.failing, pause = False, SHORTEST_PAUSE
            except Exception as error:
                FAILURES.inc()
                self.failing = True
                log.warning("polling Telegram failed, once more in %.1f s: %s", pause, type(error).__name__)
                await asyncio.sleep(pause)
                pause = min(pause * 2, LONGEST_PAUSE)

    async def _once(self, connection: AsyncConnection) -> None:
        """One poll; asking with the next offset confirms what the last one brought."""
        await connection.execute(ALIVE)
        asked_at = time.monotonic()
        updates = await self._updates()
        async with asyncio.TaskGroup() as group:
            for chat in _by_chat(updates):
                group.create_task(self._in_order(chat))
        if updates:
            self._offset = int(updates[-1]["update_id"]) + 1
        else:
            # A server that does not wait for news must not be asked without a pause.
            await asyncio.sleep(max(0.0, SHORTEST_PAUSE - (time.monotonic() - asked_at)))

    async def _updates(self) -> list[Raw]:
        """Raw, so that one the client library cannot read does not hide the others."""
        return list(
            await self._bot.do_api_request(
                "getUpdates",
                api_kwargs={
                    "offset": self._offset,
                    "timeout": self._long_poll,
                    "allowed_updates": ALLOWED_UPDATES,
                },
                read_timeout=self._long_poll + 10,
            )
        )

    async def _in_order(self, updates: Iterable[Raw]) -> None:
        async with self._slots:
            for raw in updates:
                await self._until_taken(raw)

    async def _until_taken(self, raw: Raw) -> None:
        pause = SHORTEST_PAUSE
        while True:
            try:
                return await self._intake.take(raw)
            except NotTaken as error:
                log.warning("update %s not taken, once more in %.1f s: %s", raw["update_id"], pause, error)
                await asyncio.sleep(pause)
                pause = min(pause * 2, LONGEST_PAUSE)

    @asynccontextmanager
    async def _alone(self) -> AsyncIterator[AsyncConnection]:
        """Hold the poller's lock; it goes with the connection, whatever happens to this process."""
        async with self._database.engine.connect() as raw:
            connection = await raw.execution_options(isolation_level="AUTOCOMMIT")
            try:
                while not await connection.scalar(TRY_LOCK):  # noqa: ASYNC110 — another process has it
                    await asyncio.sleep(LONGEST_PAUSE)
                yield connection
            finally:
                await connection.invalidate()


def _by_chat(updates: Iterable[Raw]) -> list[list[Raw]]:
    """One list for each person, in order: people do not wait for each other."""
    chats: dict[int | None, list[Raw]] = defaultdict(list)
    for raw in updates:
        content = next((value for value in raw.values() if isinstance(value, dict)), {})
        chats[content.get("from", {}).get("id")].append(raw)
    return list(chats.values())
