"""Child processes that cannot outlive us, and their log files."""

import ctypes
import json
import os
import re
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

import psutil

PR_SET_PDEATHSIG = 1
LOG_KEPT_BYTES = 10_000_000
COLOUR = re.compile(r"\x1b\[[0-9;]*m")
# The web server's last word about a start that failed; the reason stands before it.
WEB_SERVERS_LAST_WORD = "Application startup failed"
OUR_OWN_ERROR = re.compile(r"^bot(?:\.\w+)+: ")


def dies_with_parent(how: signal.Signals) -> Callable[[], None]:
    """A `preexec_fn`: the child gets signal `how` when this process dies in any way (Linux only).

    Elsewhere it does nothing, and what a killed supervisor left behind is ended at the next start. The kernel
    watches the *thread* that started the child: call from the main thread.
    """
    if not sys.platform.startswith("linux"):
        return lambda: None
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    parent = os.getpid()

    def prepare() -> None:
        prctl(PR_SET_PDEATHSIG, int(how))
        if os.getppid() != parent:
            os._exit(1)  # it died before the request was made

    return prepare


def open_log(path: Path) -> IO[bytes]:
    """A log file to append to; one that has grown past 10 MB makes room first and is kept as `….1`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists() and path.stat().st_size > LOG_KEPT_BYTES:
        path.replace(path.with_suffix(path.suffix + ".1"))
    return path.open("ab")


def complaint(path: Path, start: int = 0) -> str:
    """The line of a log that says most, from byte `start` on: the last error, else the last line."""
    said = COLOUR.sub("", path.read_bytes()[start:].decode(errors="replace")) if path.exists() else ""
    lines = [line.strip() for line in _in_words(said) if line.strip()]
    lines = [line for line in lines if WEB_SERVERS_LAST_WORD not in line]
    errors = [line for line in lines if re.search(r"FATAL|ERROR|Error\b|Exception\b", line)]
    return OUR_OWN_ERROR.sub("", (errors or lines or ["it said nothing"])[-1])


def _in_words(log: str) -> Iterator[str]:
    """The lines of a log; of one that is JSON, what happened."""
    for line in log.splitlines():
        try:
            event = json.loads(line)["event"]
        except (ValueError, TypeError, KeyError):
            yield line
        else:
            yield from str(event).splitlines()


def family(pid: int) -> list[psutil.Process]:
    """What the process `pid` has started, and what those have; empty when it is gone."""
    try:
        return psutil.Process(pid).children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def alive(pid: int) -> bool:
    """Whether `pid` runs; a process that has ended and waits to be collected does not."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def runs(pid: int, argument: str) -> bool:
    """Whether `pid` runs and was started with `argument`."""
    try:
        return argument in psutil.Process(pid).cmdline()
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return False
