"""The supervisor, with small processes in place of the real parts."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import psutil
import pytest

from bot.runtime import pulse
from bot.runtime.errors import StartError
from bot.runtime.postgres import EmbeddedServer
from bot.runtime.processes import alive
from bot.runtime.pulse import Pulse
from bot.runtime.supervisor import Supervisor
from tests.stand_ins import CHILD, STUBBORN, eventually, part, runs


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
async def supervisor(said: list[str]) -> AsyncIterator[Supervisor]:
    one = Supervisor(said.append)
    yield one
    await one.stop()


async def test_a_killed_part_is_started_again(
    supervisor: Supervisor, said: list[str], tmp_path: Path
) -> None:
    place = tmp_path / "desk"
    await supervisor.start(part(place))
    first = int(place.read_text())
    os.kill(first, signal.SIGKILL)
    await eventually(lambda: "The desk is back." in said)
    assert int(place.read_text()) != first
    assert said[0] == "The desk ended (signal SIGKILL); starting it again in 0.5 s."


async def test_parts_stop_in_the_reverse_order_of_their_start(supervisor: Supervisor, tmp_path: Path) -> None:
    for name in ("database", "engine", "desk"):
        await supervisor.start(part(tmp_path / name))
    await supervisor.stop()
    assert (tmp_path / "stopped").read_text().split() == ["desk", "engine", "database"]


async def test_a_part_that_does_not_stop_is_killed(supervisor: Supervisor, tmp_path: Path) -> None:
    place = tmp_path / "engine"
    await supervisor.start(part(place, STUBBORN, stop_seconds=0.2))
    await supervisor.stop()
    assert not alive(int(place.read_text()))


@pytest.mark.parametrize("how", ["stopped", "killed"])
async def test_what_a_part_had_started_ends_with_it(supervisor: Supervisor, tmp_path: Path, how: str) -> None:
    place, grandchild = tmp_path / "engine", tmp_path / "grandchild"
    bear = f"""
import pathlib, subprocess
pathlib.Path({str(grandchild)!r}).write_text(str(subprocess.Popen(["sleep", "60"]).pid))
"""
    await supervisor.start(part(place, bear + CHILD))
    first = int(grandchild.read_text())
    if how == "killed":
        os.kill(int(place.read_text()), signal.SIGKILL)
    else:
        await supervisor.stop()
    await eventually(lambda: not alive(first))


async def test_a_part_that_ends_while_starting_is_one_line_with_its_last_word(
    supervisor: Supervisor, tmp_path: Path
) -> None:
    with pytest.raises(StartError, match=r"^The engine ended while starting: no model here \(log: .*\)$"):
        await supervisor.start(part(tmp_path / "engine", "import sys; sys.exit('no model here')"))


async def test_a_part_that_is_never_ready_is_not_waited_for_for_ever(
    supervisor: Supervisor, tmp_path: Path
) -> None:
    with pytest.raises(StartError, match="was not ready after 0 s"):
        await supervisor.start(part(tmp_path / "engine", "import time; time.sleep(60)", start_seconds=0.3))


async def test_a_missing_program_is_one_line(supervisor: Supervisor, tmp_path: Path) -> None:
    with pytest.raises(StartError, match=r"^The engine cannot be started: .*nowhere"):
        await supervisor.start(part(tmp_path / "engine", command=[str(tmp_path / "nowhere")]))


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the kernel's help is Linux only")
async def test_no_part_outlives_a_killed_supervisor(tmp_path: Path) -> None:
    place = tmp_path / "desk"
    code = f"""
import asyncio, sys
from pathlib import Path
from bot.runtime.supervisor import Part, Supervisor
place = Path({str(place)!r})
async def ready():
    return place.exists() and bool(place.read_text())
async def main():
    command = [sys.executable, "-c", {CHILD!r}, str(place)]
    await Supervisor(print).start(Part("desk", command, place.with_suffix(".log"), ready))
    await asyncio.sleep(60)
asyncio.run(main())
"""
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", code)
    await eventually(lambda: runs(place))
    process.kill()
    await process.wait()
    await eventually(lambda: not alive(int(place.read_text())))


def hangs(place: Path) -> Callable[[], Awaitable[bool]]:
    """Whether the part at `place` moves: a stopped process answers nobody."""

    def moves() -> bool:
        return psutil.Process(int(place.read_text())).status() != psutil.STATUS_STOPPED

    async def alive() -> bool:
        return moves()

    return alive


@pytest.fixture
async def watchful(said: list[str], monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Supervisor]:
    """One that looks all the time, and has little patience."""
    monkeypatch.setattr(Pulse.__init__, "__kwdefaults__", {"look_every": 0.05})
    one = Supervisor(said.append, hung_after=0.5)
    yield one
    await one.stop()


async def test_a_part_that_hangs_is_killed_and_started_again(
    watchful: Supervisor, said: list[str], tmp_path: Path
) -> None:
    place = tmp_path / "desk"
    await watchful.start(part(place, alive=hangs(place)))
    first = int(place.read_text())
    os.kill(first, signal.SIGSTOP)
    await eventually(lambda: "The desk is back." in said)
    assert int(place.read_text()) != first
    assert said[0].startswith("The desk has not answered for ")


async def test_a_part_that_stands_still_for_a_moment_is_left_alone(
    watchful: Supervisor, said: list[str], tmp_path: Path
) -> None:
    place = tmp_path / "desk"
    await watchful.start(part(place, alive=hangs(place)))
    pid = int(place.read_text())
    for _ in range(4):
        os.kill(pid, signal.SIGSTOP)
        await asyncio.sleep(0.25)
        os.kill(pid, signal.SIGCONT)
        await asyncio.sleep(0.25)
    assert said == []
    assert alive(pid)


async def test_what_hung_before_gets_twice_the_time() -> None:
    async def never() -> bool:
        return False

    watched = Pulse(never, 0.2, look_every=0.01)
    first, second, third = [await watched.stops() for _ in range(3)]
    assert (first > 0.2, second > 0.4, third > 0.8) == (True, True, True)


async def test_a_machine_that_stood_still_blames_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0

    async def stands_still(seconds: float) -> None:
        nonlocal now
        now += 100

    looked = 0

    async def slow_to_wake() -> bool:
        nonlocal looked
        looked += 1
        if looked == 50:
            raise _Enough
        return False

    monkeypatch.setattr(pulse.time, "monotonic", lambda: now)
    monkeypatch.setattr(pulse.asyncio, "sleep", stands_still)
    with pytest.raises(_Enough):
        await Pulse(slow_to_wake, 30).stops()


class _Enough(Exception):  # noqa: N818
    """It was asked often enough."""


def test_a_database_that_takes_nobody_is_alive_and_a_stopped_one_is_not(postgres: EmbeddedServer) -> None:
    assert postgres.reacts()
    assert postgres.pid is not None
    os.kill(postgres.pid, signal.SIGSTOP)
    try:
        assert not postgres.reacts()
    finally:
        os.kill(postgres.pid, signal.SIGCONT)
