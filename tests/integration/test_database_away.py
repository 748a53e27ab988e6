"""The database freezes, dies and comes back under a desk at work (docs/operations.md)."""

import asyncio
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import suppress
from pathlib import Path

import httpx
import psutil
import pytest

from bot.auth import COOKIE
from bot.runtime.database import prepare
from bot.runtime.postgres import EmbeddedServer
from tests.desk_process import DeskProcess, slow_engine
from tests.served_desk import ServedDesk, serving
from tests.stand_ins import eventually

AWAY = "service_unavailable"
# Long before a browser or a platform loses patience.
SOON = 20
# Before a service manager loses patience and kills it.
STOPPED_WITHIN = 40


class Server:
    """A database of one's own, to be frozen and killed."""

    def __init__(self, place: Path) -> None:
        self.postgres = EmbeddedServer(place / "pg")
        self.postgres.start()
        prepare(self.postgres.url())

    def freeze(self) -> None:
        """Nothing of it moves, and every connection stays open."""
        for process in self._processes():
            process.suspend()

    def thaw(self) -> None:
        """It goes on as if nothing had been."""
        for process in self._processes():
            with suppress(psutil.NoSuchProcess):
                process.resume()

    def kill(self) -> None:
        """As a power cut would."""
        for process in self._processes():
            with suppress(psutil.NoSuchProcess):
                process.kill()
        self.postgres.stop()

    def start(self) -> None:
        """Start it on what it had committed."""
        self.postgres.start()

    def _processes(self) -> list[psutil.Process]:
        pid = self.postgres.pid
        if pid is None:
            return []
        parent = psutil.Process(pid)
        return [parent, *parent.children(recursive=True)]


@pytest.fixture
def server(home: Path) -> Iterator[Server]:
    one = Server(home)
    yield one
    one.thaw()
    one.postgres.stop()


@pytest.fixture
async def desk(server: Server, tmp_path: Path) -> AsyncIterator[ServedDesk]:
    async with serving(server.postgres.url(), tmp_path) as served:
        yield served
        server.thaw()


OUTAGES = {"frozen": (Server.freeze, Server.thaw), "killed": (Server.kill, Server.start)}


@pytest.mark.parametrize("how", OUTAGES)
async def test_while_it_is_away_everybody_is_told_and_afterwards_nothing_is_lost(
    desk: ServedDesk, server: Server, how: str
) -> None:
    goes, comes = OUTAGES[how]
    visitor = await desk.visitor()
    await visitor.says("你好", "m1")
    await visitor.reads_until(2)
    goes(server)
    async with asyncio.timeout(SOON):
        refused = await visitor.says("还在吗", "m2")
    assert refused.status_code == 503
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.json()["code"] == "unavailable"
    assert refused.headers["retry-after"]
    async with asyncio.timeout(SOON):
        ready = await desk.client.get("/readyz")
    assert (ready.status_code, ready.json()["reasons"]) == (503, ["database"])
    comes(server)
    await _taken(lambda: visitor.says("还在吗", "m2"))
    assert [said["text"] for said in await visitor.reads_until(4)] == [
        "你好",
        "记下了:你好",
        "还在吗",
        "记下了:还在吗",
    ]


@pytest.mark.parametrize("how", OUTAGES)
async def test_the_consoles_pages_say_that_it_is_away(server: Server, home: Path, how: str) -> None:
    goes, comes = OUTAGES[how]
    async with slow_engine() as engine:
        desk = await DeskProcess(home, server.postgres.url(), engine.url).ready()
        try:
            cookies = {COOKIE: "whoever-this-was"}
            goes(server)
            for path in ("/desk", "/supervise", "/login"):
                async with asyncio.timeout(SOON):
                    page = await desk.client.get(path, cookies=cookies, headers={"Accept": "text/html"})
                assert page.status_code == (200 if path == "/login" else 503)
                assert "数据库暂时连不上" in page.text or path == "/login"
                assert "Traceback" not in page.text
            comes(server)
        finally:
            await desk.close()


async def _taken(send: Callable[[], Awaitable[httpx.Response]]) -> None:
    """Once it is back, what was refused is taken."""

    async def accepted() -> bool:
        return (await send()).status_code == 202

    await eventually(accepted, seconds=40)


@pytest.mark.parametrize("how", OUTAGES)
async def test_a_desk_that_is_told_to_stop_meanwhile_stops(server: Server, home: Path, how: str) -> None:
    async with slow_engine() as engine:
        desk = await DeskProcess(home, server.postgres.url(), engine.url).ready()
        try:
            OUTAGES[how][0](server)
            desk.signal(signal.SIGTERM)
            assert await desk.ended(STOPPED_WITHIN) == 0
        finally:
            await desk.close()
