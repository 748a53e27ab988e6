"""QINGTING_HOME belongs to one process at a time: the running desk, or a command that needs its database."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from bot.runtime.errors import HomeInUseError, StartError

Holder = Literal["desk", "command"]
LOCK_FILE = "lock"
COMMAND_SECONDS = 60.0


@contextmanager
def held(home: Path, holder: Holder) -> Iterator[None]:
    """Hold `home` for the block; the lock goes with the process, however it ends.

    Waits up to a minute for a command to finish. Raises HomeInUseError when a desk runs, or the wait is over.
    """
    try:
        home.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StartError(f"QINGTING_HOME cannot be made: {error}") from None
    with (home / LOCK_FILE).open("a+") as file:
        until = time.monotonic() + COMMAND_SECONDS
        while not _locked(file.fileno()):
            kind, _, pid = _read(home).partition(" ")
            if kind == "desk" or time.monotonic() > until:
                raise HomeInUseError(
                    f"A {kind or 'desk'} already runs on {home} (process {pid or 'unknown'})."
                )
            time.sleep(0.1)
        file.truncate(0)
        file.write(f"{holder} {os.getpid()}\n")
        file.flush()
        yield


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _read(home: Path) -> str:
    return (home / LOCK_FILE).read_text().strip()
