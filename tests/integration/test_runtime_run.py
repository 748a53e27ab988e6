"""`qingting run` with a real database, and small processes in place of engine, actions and desk."""

import asyncio
import io
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest
from rich.console import Console

from bot.runtime import database, parts, run
from bot.runtime.errors import StartError
from bot.runtime.ports import free_ports
from bot.runtime.processes import alive
from bot.runtime.steps import Steps
from bot.runtime.supervisor import Part
from bot.settings import Settings
from tests.stand_ins import eventually, part, runs

NAMES = ("actions", "engine", "desk")


@pytest.fixture
def settings(home: Path) -> Settings:
    return Settings(home=home, port=free_ports(1)[0])


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the stand-ins write their process numbers."""

    def stand_in(name: str, number: int) -> Part:
        return part(tmp_path / (f"{name}-{number + 1}" if number else name))

    for name in NAMES:
        monkeypatch.setattr(parts, name, lambda _, number=0, name=name: stand_in(name, number))
    monkeypatch.setattr(run.Model, "stale", False)
    return tmp_path


class Running:
    """A run under way, and what it has said so far."""

    def __init__(self, settings: Settings) -> None:
        self.output = io.StringIO()
        self.task = asyncio.create_task(run.run(settings, Steps(Console(file=self.output, width=200))))

    @property
    def said(self) -> str:
        return self.output.getvalue()

    async def until(self, words: str) -> None:
        await eventually(lambda: self.task.done() or words in self.said)
        if self.task.done():
            await self.task
        assert words in self.said

    async def stopped(self) -> None:
        os.kill(os.getpid(), signal.SIGTERM)
        await self.task


@pytest.fixture
async def running(settings: Settings, place: Path) -> AsyncIterator[Running]:
    one = Running(settings)
    yield one
    one.task.cancel()
    with suppress(asyncio.CancelledError, StartError):
        await one.task


async def test_it_tells_each_step_with_its_time_then_the_address_and_the_first_password(
    running: Running, settings: Settings
) -> None:
    await running.until("one-time password:")
    lines = running.said.splitlines()
    assert [line.split("  ")[0] for line in lines[:2]] == ["Database", "Tables up to date"]
    assert {line.split("  ")[0] for line in lines[2:5]} == {name.capitalize() for name in NAMES}
    assert all(line.endswith(" s") for line in lines[:5])
    assert f"The desk is open: {settings.address}" in lines


async def test_the_second_start_tells_no_password(running: Running, settings: Settings) -> None:
    await running.until("one-time password:")
    await running.stopped()
    again = Running(settings)
    await again.until("The desk is open")
    await again.stopped()
    assert "password" not in again.said


async def test_a_password_of_the_operators_own_is_not_told(place: Path, home: Path) -> None:
    settings = Settings(home=home, port=free_ports(1)[0], admin_password="correct-horse-battery")
    running = Running(settings)
    await running.until("The desk is open")
    await running.stopped()
    assert "correct-horse-battery" not in running.said
    assert "one-time" not in running.said


async def test_a_signal_stops_everything(running: Running, settings: Settings, place: Path) -> None:
    await running.until("The desk is open")
    await running.stopped()
    assert running.said.endswith("Stopping …\nStopped.\n")
    assert not any(alive(int((place / name).read_text())) for name in NAMES)
    assert not database.embedded(settings).answers()


async def test_a_part_that_cannot_start_stops_the_others(
    settings: Settings, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing = part(place / "engine", "import sys, time; time.sleep(1); sys.exit('no model')")
    monkeypatch.setattr(parts, "engine", lambda _, number=0: failing)
    with pytest.raises(StartError, match="no model"):
        await run.run(settings, Steps(Console(file=io.StringIO())))
    assert not any(alive(int((place / name).read_text())) for name in ("actions", "desk"))
    assert not database.embedded(settings).answers()


async def test_a_killed_database_is_started_again_with_all_that_was_committed(
    running: Running, settings: Settings
) -> None:
    await running.until("The desk is open")
    server = database.embedded(settings)
    where = {"host": str(server.socket_dir), "user": "qingting", "dbname": "qingting"}
    with psycopg.connect(**where) as connection:
        connection.execute("CREATE TABLE said AS SELECT '听' AS word")
    assert server.pid is not None
    os.kill(server.pid, signal.SIGKILL)
    await running.until("The database is back.")
    with psycopg.connect(**where) as connection:
        assert connection.execute("SELECT word FROM said").fetchone() == ("听",)


async def test_engines_elsewhere_are_used_and_none_is_started(place: Path, home: Path) -> None:
    elsewhere = Settings(home=home, port=free_ports(1)[0], engine_urls="http://engine.example:5005")
    running = Running(elsewhere)
    await running.until("The desk is open")
    await running.stopped()
    assert not (place / "engine").exists()
    assert not (place / "actions").exists()


async def test_each_of_several_engines_has_an_action_server_and_all_of_them_stop(
    place: Path, settings: Settings
) -> None:
    running = Running(settings.model_copy(update={"engines": 3}))
    await running.until("The desk is open")
    everything = [place / name for name in (*NAMES, "engine-2", "engine-3", "actions-2", "actions-3")]
    assert all(runs(one) for one in everything)
    await running.stopped()
    assert not any(runs(one) for one in everything)


def test_several_engines_differ_in_ports_logs_and_action_servers(settings: Settings) -> None:
    wiring = parts.wire(settings.model_copy(update={"engines": 2}), "postgresql://qingting@/qingting")
    servers, engines = parts.answering(wiring)[::2], parts.answering(wiring)[1::2]
    assert len({*wiring.engine_urls, *wiring.action_ports}) == 4
    assert len({each.log for each in (*servers, *engines)}) == 4
    called = [each.environment["QINGTING_ACTION_URL"] for each in engines]
    assert called == [f"http://127.0.0.1:{port}/webhook" for port in wiring.action_ports]


def test_secrets_of_the_desk_reach_neither_engine_nor_actions(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", "1:t0ken")
    monkeypatch.setenv("QINGTING_ADMIN_PASSWORD", "passw0rd")
    wiring = parts.wire(settings, "postgresql+psycopg://qingting@/qingting?host=/run")
    both = repr(parts.actions(wiring).environment | parts.engine(wiring).environment)
    assert "t0ken" not in both
    assert "passw0rd" not in both
    assert parts.desk(wiring).environment["TELEGRAM_BOT_TOKEN"] == "1:t0ken"
    assert "QINGTING_ADMIN_PASSWORD" not in parts.desk(wiring).environment


def test_the_token_is_on_nobodys_command_line(settings: Settings) -> None:
    wiring = parts.wire(settings, "postgresql+psycopg://qingting@/qingting?host=/run")
    everything = [parts.actions(wiring), parts.engine(wiring), parts.desk(wiring)]
    assert not any(wiring.engine_token in word for each in everything for word in each.command)
    assert sys.executable == parts.desk(wiring).command[0]
