"""Starts the parts of the desk, starts again what dies or hangs, and stops all of them in order."""

import asyncio
import os
import signal
import time
from asyncio.subprocess import DEVNULL, Process
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import psutil

from bot.runtime.errors import StartError
from bot.runtime.postgres import Identity
from bot.runtime.processes import complaint, dies_with_parent, family, open_log
from bot.runtime.pulse import Probe, Pulse

PROBE_SECONDS = 0.1
FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 30.0
# A part that lived this long is healthy: the next pause is short again.
HEALTHY_SECONDS = 60.0

Say = Callable[[str], None]


@dataclass(frozen=True)
class Part:
    """One process of the desk: how it is started, how one sees that it is ready, how it is asked to stop.

    `alive`, if given, is asked again and again: whether it still answers, however unready. `orphan_signal` is
    what the kernel sends it when the supervisor has died.
    """

    name: str
    command: Sequence[str]
    log: Path
    ready: Probe
    alive: Probe | None = None
    environment: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    folder: Path = Path("/")
    stop_signal: signal.Signals = signal.SIGTERM
    orphan_signal: signal.Signals = signal.SIGKILL
    start_seconds: float = 120.0
    stop_seconds: float = 15.0
    identity: Identity = field(default_factory=Identity)


class Supervisor:
    """Keeps parts alive. `say` is told, in one line, what happens to them. Use from the main thread.

    A part that has not answered for `hung_after` seconds is killed and started again; 0: none is.
    """

    def __init__(self, say: Say, *, hung_after: float = 0) -> None:
        self._say = say
        self._hung_after = hung_after
        self._kept: list[_Kept] = []

    @property
    def processes(self) -> Mapping[str, int]:
        """The process number of every part that runs now, by the part's name."""
        return {kept.part.name: kept.pid for kept in self._kept if kept.pid is not None}

    async def start(self, part: Part) -> None:
        """Start `part`, wait until it is ready, and keep it alive from then on.

        Raises StartError with the last line of its log when it ends first or is not ready in time; it is
        stopped then like the others, by `stop`.
        """
        pulse = Pulse(part.alive, self._hung_after) if part.alive and self._hung_after else None
        kept = _Kept(part, self._say, pulse)
        self._kept.append(kept)
        await kept.start()

    async def stop(self) -> None:
        """Stop all parts, the one started last first; each has `stop_seconds`, then it is killed."""
        while self._kept:
            await self._kept.pop().stop()


class _Kept:
    """A part with its process, and the task that starts it again."""

    def __init__(self, part: Part, say: Say, pulse: Pulse | None) -> None:
        self.part = part
        self._say = say
        self._pulse = pulse
        self._process: Process | None = None
        self._watch: asyncio.Task[None] | None = None
        self._log_start = 0

    @property
    def pid(self) -> int | None:
        if self._process is None or self._process.returncode is not None:
            return None
        return self._process.pid

    async def start(self) -> None:
        try:
            process = await self._spawn()
        except OSError as error:
            raise StartError(f"The {self.part.name} cannot be started: {error}") from None
        if not await self._becomes_ready(process):
            raise StartError(self._why_not(process))
        self._watch = asyncio.create_task(self._keep_alive(process))

    async def stop(self) -> None:
        if self._watch is not None:
            self._watch.cancel()
            with suppress(asyncio.CancelledError):
                await self._watch
        if self._process is not None:
            await _end(self._process, self.part)

    async def _spawn(self) -> Process:
        part = self.part
        with open_log(part.log) as log:
            self._log_start = log.tell()
            self._process = await asyncio.create_subprocess_exec(
                *part.command,
                stdin=DEVNULL,
                stdout=log,
                stderr=log,
                env=dict(part.environment),
                cwd=part.folder,
                start_new_session=True,
                preexec_fn=dies_with_parent(part.orphan_signal),
                **part.identity,
            )
        return self._process

    async def _becomes_ready(self, process: Process) -> bool:
        until = time.monotonic() + self.part.start_seconds
        while process.returncode is None and time.monotonic() < until:
            if await self.part.ready():
                return True
            await asyncio.sleep(PROBE_SECONDS)
        return False

    def _why_not(self, process: Process) -> str:
        ended = process.returncode is not None
        what = "ended while starting" if ended else f"was not ready after {self.part.start_seconds:.0f} s"
        return (
            f"The {self.part.name} {what}: {complaint(self.part.log, self._log_start)} (log: {self.part.log})"
        )

    async def _keep_alive(self, process: Process) -> None:
        pause = FIRST_PAUSE_SECONDS
        while True:
            born = time.monotonic()
            code = await self._end_of(process)
            _end_family(process)  # what it had started may still hold its port
            if time.monotonic() - born > HEALTHY_SECONDS:
                pause = FIRST_PAUSE_SECONDS
            self._say(f"The {self.part.name} ended ({_ending(code)}); starting it again in {pause:.1f} s.")
            process = await self._again(pause)
            pause = min(pause * 2, LONGEST_PAUSE_SECONDS)

    async def _end_of(self, process: Process) -> int:
        """Wait for its end, or bring it about when it no longer answers; the exit code."""
        end = asyncio.create_task(process.wait())
        hung = asyncio.create_task(self._pulse.stops()) if self._pulse else end
        try:
            await asyncio.wait({end, hung}, return_when=asyncio.FIRST_COMPLETED)
            if not end.done():
                self._say(f"The {self.part.name} has not answered for {hung.result():.0f} s; killing it.")
                _end_family(process)
            return await end
        finally:
            end.cancel()
            hung.cancel()

    async def _again(self, pause: float) -> Process:
        await asyncio.sleep(pause)
        try:
            process = await self._spawn()
        except OSError as error:  # no memory or no process number left: that may pass
            self._say(f"The {self.part.name} cannot be started now ({error.strerror}).")
            return await self._again(LONGEST_PAUSE_SECONDS)
        if await self._becomes_ready(process):
            self._say(f"The {self.part.name} is back.")
        return process


async def _end(process: Process, part: Part) -> None:
    if process.returncode is None:
        process.send_signal(part.stop_signal)
        with suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), part.stop_seconds)
    _end_family(process)
    await process.wait()


def _end_family(process: Process) -> None:
    """Kill the process, if it did not stop, and whatever it had started."""
    started = family(process.pid) if process.returncode is None else []
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    for each in started:  # PostgreSQL's are no members of the group
        with suppress(psutil.NoSuchProcess):
            each.kill()


def _ending(code: int) -> str:
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"


def answers_http(url: str) -> Probe:
    """Ready when `url` answers 200."""

    async def probe() -> bool:
        async with httpx.AsyncClient(trust_env=False, timeout=5) as client:
            try:
                return (await client.get(url)).status_code == httpx.codes.OK
            except httpx.HTTPError:
                return False

    return probe


def reacts_to_http(url: str) -> Probe:
    """Alive when `url` answers anything at all."""

    async def probe() -> bool:
        async with httpx.AsyncClient(trust_env=False, timeout=5) as client:
            try:
                await client.get(url)
            except httpx.HTTPError:
                return False
            return True

    return probe
