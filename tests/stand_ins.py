"""Small processes in place of the desk's real parts."""

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from bot.runtime.processes import alive
from bot.runtime.supervisor import Part

# Writes its process number once it is able to stop politely, then waits.
CHILD = """
import os, pathlib, signal, sys, time
place = pathlib.Path(sys.argv[1])
def stop(*_):
    with place.with_name("stopped").open("a") as file:
        file.write(place.name + "\\n")
    sys.exit(0)
signal.signal(signal.SIGTERM, stop)
place.write_text(str(os.getpid()))
time.sleep(60)
"""
STUBBORN = CHILD.replace(
    "signal.signal(signal.SIGTERM, stop)", "signal.signal(signal.SIGTERM, signal.SIG_IGN)"
)


def part(place: Path, code: str = CHILD, **changes: object) -> Part:
    """A part called `place.name`, ready when it has written its process number to `place`."""

    async def ready() -> bool:
        return runs(place)

    command = [sys.executable, "-c", code, str(place)]
    given = {"command": command, "ready": ready, "log": place.with_suffix(".log"), "start_seconds": 20.0}
    return Part(name=place.name, **(given | changes))  # type: ignore[arg-type]


def runs(place: Path) -> bool:
    """Whether the part that writes to `place` runs."""
    return place.exists() and alive(int(place.read_text() or 0))


async def eventually(happened: Callable[[], bool | Awaitable[bool]], seconds: float = 20) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        found = happened()
        if found if isinstance(found, bool) else await found:
            return
        await asyncio.sleep(0.02)
    raise AssertionError("it did not happen")
