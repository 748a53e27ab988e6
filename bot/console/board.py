"""The queue as all pages of this process see it: read once for all of them when something changed."""

import asyncio
from dataclasses import dataclass
from time import monotonic

from bot.desk import Desk
from ledger.services.departments import nobody_on_duty
from ledger.views.endings import LooseEnds, loose_ends
from ledger.views.queue import Queue, queue

FRESH = 0.5


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What every page shows of the desk's state."""

    queue: Queue
    nobody_on_duty: bool
    loose_ends: LooseEnds


class Board:
    """Shares one reading among all who ask within half a second, so that fifty screens cost one query."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._reading = asyncio.Lock()
        self._snapshot: Snapshot | None = None
        self._read_at = 0.0

    async def read(self) -> Snapshot:
        """The state of the desk, at most half a second old."""
        async with self._reading:
            if self._snapshot is None or monotonic() - self._read_at > FRESH:
                begun = monotonic()
                self._snapshot = await self._fetch()
                # Only now: a reading that failed, or whose page was left meanwhile, has read nothing.
                self._read_at = begun
            return self._snapshot

    async def _fetch(self) -> Snapshot:
        async with self._desk.database.transaction() as session:
            return Snapshot(
                queue=await queue(session, now=self._desk.now()),
                nobody_on_duty=await nobody_on_duty(session, self._desk.now()),
                loose_ends=await loose_ends(session, policy=self._desk.policy, now=self._desk.now()),
            )
