"""Whether a part that runs still answers: one that is deadlocked or stopped is as good as dead.

Killing what is only slow makes a slow machine slower. So one answer in time is enough, the machine's own
standstill does not count, and a part that was killed for it gets twice the time before it is killed again.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Final

Probe = Callable[[], Awaitable[bool]]

# Seconds.
LOOK_EVERY: Final = 5.0
ANSWER_WITHIN: Final = 5.0
# Who answered for so long is no longer held to have been hung.
TRUSTED_AFTER: Final = 600.0
MOST_PATIENCE: Final = 16


class Pulse:
    """Of one part, over all its processes; `hung_after` is in seconds."""

    def __init__(self, answers: Probe, hung_after: float, *, look_every: float = LOOK_EVERY) -> None:
        self._answers = answers
        self._hung_after = hung_after
        self._look_every = look_every
        self._factor = 1

    async def stops(self) -> float:
        """Wait until a process that answered does so no more; for how many seconds it has not."""
        began = heard = time.monotonic()
        while True:
            slept = time.monotonic()
            await asyncio.sleep(self._look_every)
            if time.monotonic() - slept > 2 * self._look_every:
                heard = time.monotonic()  # we stood still ourselves
            if await self._answered():
                heard = time.monotonic()
                if heard - began > TRUSTED_AFTER:
                    self._factor = 1
            silent = time.monotonic() - heard
            if silent > self._hung_after * self._factor:
                self._factor = min(2 * self._factor, MOST_PATIENCE)
                return silent

    async def _answered(self) -> bool:
        try:
            async with asyncio.timeout(ANSWER_WITHIN):
                return await self._answers()
        except TimeoutError:
            return False
