"""Takes every update once and loses none: what fails is tried again, then set aside and tried later."""

import asyncio
import json
import logging
import os
from collections import Counter
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Final

from prometheus_client import Gauge
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from telegram import Bot, Update

from bot.evidence import NotKept

TRIES: Final = 4
# Not the update's fault: it waits at the platform for as long as it takes.
NOWHERE_TO_PUT_IT: Final = (OperationalError, InterfaceError, PoolTimeoutError, NotKept)
SET_ASIDE: Final = Gauge(
    "qingting_telegram_updates_set_aside", "Updates from Telegram that could not be taken, waiting on disk"
)

log = logging.getLogger(__name__)
Raw = dict[str, Any]


class NotTaken(Exception):  # noqa: N818
    """The update was not taken this time; hand it in again."""


class Intake:
    """``take`` is what an update goes through; ``folder`` keeps those that nobody could take.

    ``alarm`` is told the id of an update that was set aside.
    """

    def __init__(
        self,
        bot: Bot,
        take: Callable[[Update], Awaitable[None]],
        alarm: Callable[[int], Awaitable[None]],
        folder: Path,
    ) -> None:
        self._bot = bot
        self._take = take
        self._alarm = alarm
        self._folder = folder
        self._failures: Counter[int] = Counter()

    async def take(self, raw: Raw) -> None:
        """Take an update as it came; when this returns it may be confirmed to Telegram.

        Raises:
            NotTaken: the database is away, the disk is full, or this update failed and has tries left.
        """
        number = int(raw["update_id"])
        try:
            await self._take(Update.de_json(raw, self._bot))
        except NOWHERE_TO_PUT_IT as error:
            raise NotTaken(type(error).__name__) from error
        except Exception as error:
            await self._failed(number, raw, error)
        self._failures.pop(number, None)

    async def take_again(self) -> None:
        """Try once more what was set aside, the oldest first."""
        for path in self._set_aside():
            try:
                await self._take(Update.de_json(json.loads(path.read_bytes()), self._bot))
            except Exception as error:
                log.warning("update %s is still set aside: %s", path.stem, type(error).__name__)
            else:
                path.unlink()
        SET_ASIDE.set(len(self._set_aside()))

    async def _failed(self, number: int, raw: Raw, error: Exception) -> None:
        """Only the error's kind is logged: its message may quote the customer."""
        self._failures[number] += 1
        if self._failures[number] < TRIES:
            raise NotTaken(type(error).__name__) from error
        log.error("update %s could not be taken and is set aside: %s", number, type(error).__name__)
        await asyncio.to_thread(_write, self._folder / f"{number}.json", raw)
        SET_ASIDE.set(len(self._set_aside()))
        try:
            await self._alarm(number)
        except Exception:
            log.exception("no alarm could be raised for update %s", number)

    def _set_aside(self) -> list[Path]:
        return sorted(self._folder.glob("*.json"), key=lambda path: int(path.stem))


def _write(path: Path, raw: Raw) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".part")
    with unfinished.open("w", encoding="utf-8") as file:
        json.dump(raw, file)  # in ASCII: half a character cannot be written otherwise
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)
