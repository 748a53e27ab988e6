"""A real database and a real desk stand still without dying: they are killed and started again."""

import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import psutil
import pytest

from bot.runtime import database, parts
from bot.runtime.database import prepare
from bot.runtime.ports import free_ports
from bot.runtime.postgres import DATABASE
from bot.runtime.supervisor import Supervisor
from bot.settings import Settings
from tests import policies
from tests.desk_process import SlowEngine, slow_engine
from tests.stand_ins import eventually

HUNG_AFTER = 6
PARTS = ("database", "desk")


@pytest.fixture
async def engine() -> AsyncIterator[SlowEngine]:
    async with slow_engine() as one:
        yield one


@pytest.fixture
def settings(home: Path, engine: SlowEngine) -> Settings:
    home.mkdir()
    return Settings(
        home=home,
        port=free_ports(1)[0],
        policy=policies.write_at_once(home / "policy.yml"),
        engine_urls=engine.url,
        engine_token="of-the-engine",
    )


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
async def supervisor(settings: Settings, said: list[str]) -> AsyncIterator[Supervisor]:
    """What `qingting run` does, without an engine of its own."""
    one, server = Supervisor(said.append, hung_after=HUNG_AFTER), database.embedded(settings)
    server.prepare()
    await one.start(parts.postgres(server))
    server.ensure_database(DATABASE)
    prepare(server.url())
    await one.start(parts.desk(parts.wire(settings, server.url())))
    yield one
    await one.stop()


@pytest.mark.parametrize("whole", [False, True], ids=["its first process", "all of its processes"])
async def test_what_stands_still_is_started_again(
    supervisor: Supervisor, settings: Settings, said: list[str], whole: bool
) -> None:
    frozen = dict(supervisor.processes)
    for name in PARTS:
        started = psutil.Process(frozen[name]).children(recursive=True) if whole else []
        for pid in (*(each.pid for each in started), frozen[name]):
            os.kill(pid, signal.SIGSTOP)
    for name in PARTS:
        await eventually(lambda name=name: f"The {name} is back." in said, seconds=90)  # type: ignore[misc]
        assert any(line.startswith(f"The {name} has not answered for ") for line in said)
        assert supervisor.processes[name] != frozen[name]
    async with httpx.AsyncClient(base_url=settings.address, trust_env=False) as client:
        assert (await client.get("/readyz")).status_code == httpx.codes.OK
