"""The whole desk as a newcomer starts it: one command, real processes, no part replaced."""

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from time import monotonic, sleep
from typing import IO

import httpx
import psutil

from bot.runtime.ports import free_ports
from bot.runtime.processes import dies_with_parent
from bot.settings import PROJECT
from tests import policies

START_SECONDS = 180
PASSWORD = "listen-first-2026"

# What a part's command line bears, and no other's.
MARKS = {
    "desk": ("-m", "bot", "desk"),
    "actions": ("-m", "actions"),
    "engine": ("bot.nlu.serve",),
    "postgres": ("/postgres",),
}


class WholeDesk:
    """`qingting run` in a data folder of its own."""

    def __init__(self, place: Path, *, port: int | None = None, **environment: str) -> None:
        self.home = place / "home"
        self.port = port or free_ports(1)[0]
        self.address = f"http://127.0.0.1:{self.port}"
        self._said: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 (lives as long as the process)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bot", "run"],
            cwd=PROJECT,
            env={
                **os.environ,
                "QINGTING_HOME": str(self.home),
                "QINGTING_PORT": str(self.port),
                "QINGTING_POLICY": str(policies.write_at_once(place / "policy.yml")),
                "QINGTING_ADMIN_PASSWORD": PASSWORD,
                # As one in 64 of those the desk makes for itself begins: it is no option.
                "QINGTING_ENGINE_TOKEN": "-a-token-that-looks-like-an-option",
                **environment,
            },
            stdout=self._said,
            stderr=subprocess.STDOUT,
            preexec_fn=dies_with_parent(signal.SIGTERM),
        )

    @property
    def said(self) -> str:
        """All it has printed."""
        self._said.seek(0)
        return self._said.read().decode()

    def wait_until_ready(self, seconds: float = START_SECONDS) -> None:
        """Block until `/readyz` says so."""
        deadline = monotonic() + seconds
        while monotonic() < deadline:
            assert self._process.poll() is None, self.said
            try:
                if httpx.get(f"{self.address}/readyz", timeout=2).status_code == httpx.codes.OK:
                    return
            except httpx.TransportError:
                pass
            sleep(0.2)
        raise AssertionError(f"not ready after {seconds} s:\n{self.said}")

    def pid_of(self, part: str) -> int:
        """The process of a part, as it runs now."""
        children = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children").read_text().split()
        for pid in children:
            command = Path(f"/proc/{pid}/cmdline").read_text().split("\0")
            if _bears(command, MARKS[part]):
                return int(pid)
        raise AssertionError(f"{part} does not run")

    def kill(self, part: str) -> None:
        """SIGKILL: nothing is said, nothing is finished."""
        os.kill(self.pid_of(part), signal.SIGKILL)

    def stop(self) -> int:
        """As Ctrl-C does; the exit code."""
        self._process.send_signal(signal.SIGINT)
        return self._process.wait(60)

    @property
    def process(self) -> psutil.Process:
        """The supervisor."""
        return psutil.Process(self._process.pid)

    def end(self) -> None:
        """SIGKILL to it and whatever it started."""
        with suppress(psutil.NoSuchProcess):
            for process in (*self.process.children(recursive=True), self.process):
                process.kill()
        self._process.wait(10)

    def environment(self) -> Mapping[str, str]:
        """For a `qingting` command beside it."""
        return {**os.environ, "QINGTING_HOME": str(self.home), "QINGTING_PORT": str(self.port)}


def _bears(command: list[str], mark: tuple[str, ...]) -> bool:
    line = " ".join(command)
    return " ".join(mark) in line
