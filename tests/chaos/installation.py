"""The whole desk on one machine as it stands on several: two desks, engines, and a link on every way.

::

    customers ─web-N─▶ desk-N ─engine-N─▶ engine-N ─actions-N─▶ actions-N
                         │ │                  └──memory──┐          │
                         │ └──database──▶ database ◀─────┴──────────┘
                         └──platform──▶ platform

Desks are run by ``qingting run``; the other parts by the same supervisor, in this process.
"""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Final

import httpx
import psutil
import yaml

from bot.runtime import database, parts
from bot.runtime.parts import Wiring
from bot.runtime.ports import LOOPBACK, free_ports
from bot.runtime.postgres import ROLE, SOCKET_FILE, EmbeddedServer
from bot.runtime.supervisor import Part, Supervisor, answers_http
from bot.settings import PROJECT, Settings
from ledger.db import Database
from tests import policies
from tests.chaos import witness
from tests.chaos.link import Link
from tests.emulator import journal
from tests.emulator.state import Sent
from tests.system.whole import WholeDesk

TOKEN: Final = "chaos-engine-token"
BOT: Final = "4242:chaos"
NAME: Final = "qingting"
# Long enough for bursts to be gathered, short enough for a run of minutes.
LISTENING: Final = {"finished": "0s", "pause": "1s", "unfinished": "1s", "typing": "1s", "longest": "2s"}


class Installation:
    """All processes and the links between them, below one folder."""

    def __init__(self, place: Path, *, desks: int, engines: int) -> None:
        self._place = place
        self._journal = place / "platform.jsonl"
        self._tail = journal.Tail(self._journal)
        self._server = EmbeddedServer(place / "postgres", log=place / "logs" / "postgres.log")
        self._desks: list[WholeDesk] = []
        self._supervisor = Supervisor(lambda line: None)
        self._marks: dict[str, str] = {"database": str(self._server.data_dir)}
        self.links: dict[str, Link] = {}
        self.desks = desks
        self.engines = engines
        self._sockets = {name: place / name for name in ("database", "memory")}
        self._addresses: dict[str, str] = {}
        [self._platform_port, *ports] = free_ports(1 + 2 * engines + desks)
        self._engine_ports, self._action_ports = ports[:engines], ports[engines : 2 * engines]
        self._desk_ports = ports[2 * engines :]

    @property
    def database_url(self) -> str:
        """The database itself, past all links."""
        return self._server.url(NAME)

    @property
    def web(self) -> list[str]:
        """Where customers and staff find the desks, through the links ``web-N``."""
        return [self._addresses[f"web-{n}"] for n in range(1, self.desks + 1)]

    @property
    def platform(self) -> str:
        """The platform itself, past its link."""
        return f"http://{LOOPBACK}:{self._platform_port}"

    def calls(self) -> list[Sent]:
        """All that the platform got, from its journal."""
        return journal.calls(self._journal)

    def sent_to(self, chat: str) -> int:
        """How many messages the platform got for a chat."""
        return self._tail.sent_to(chat)

    async def updates_waiting(self) -> bool:
        """Whether the platform has something that the desk has not confirmed."""
        async with httpx.AsyncClient(trust_env=False, timeout=5) as client:
            with suppress(httpx.HTTPError):
                return bool((await client.get(f"{self.platform}/control/waiting")).json()["updates"])
        return True

    async def start(self) -> None:
        """Start everything; returns when all of it is ready."""
        self._wire()
        for link in self.links.values():
            await link.start()
        self._server.prepare()
        await self._supervisor.start(parts.postgres(self._server))
        self._server.ensure_database(NAME)
        await asyncio.to_thread(database.prepare, self.database_url)
        await self._install_witness()
        await self._start_desks()
        async with asyncio.TaskGroup() as group:
            for part in self._back_parts():
                group.create_task(self._supervisor.start(part))
        for desk in self._desks:
            await asyncio.to_thread(desk.wait_until_ready)

    async def stop(self) -> None:
        """Stop everything; nothing is left running. Desks are killed, since nobody needs them any more."""
        for name in self._marks:
            self.signal(name, signal.SIGCONT)
        for desk in self._desks:
            desk.end()
        await self._supervisor.stop()
        for link in self.links.values():
            await link.stop()

    def signal(self, part: str, how: signal.Signals) -> bool:
        """Send a signal to a part and all it started; False when it does not run now."""
        process = self._process(part)
        if process is None:
            return False
        with suppress(ProcessLookupError):
            os.killpg(process.pid, how)
            return True
        return False

    async def all_ready(self, seconds: float) -> bool:
        """Wait until every desk says it is ready; whether that was in time."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds), httpx.AsyncClient(trust_env=False, timeout=5) as client:
                for url in (*(desk.address for desk in self._desks), self.platform):
                    await _until_ok(
                        client, f"{url}{'/readyz' if url != self.platform else '/control/waiting'}"
                    )
                return True
        return False

    def _process(self, part: str) -> psutil.Process | None:
        with suppress(psutil.NoSuchProcess):
            parent, words = psutil.Process(), {self._marks[part]}
            if part.startswith("desk"):
                parent, words = self._desks[int(part[-1]) - 1].process, {"bot", "desk"}
            for child in parent.children():
                with suppress(psutil.NoSuchProcess):
                    if words <= set(child.cmdline()) and child.status() != psutil.STATUS_ZOMBIE:
                        return child
        return None

    def _wire(self) -> None:
        """Every link but those to the desks, whose ports are theirs to choose."""
        socket = self._server.socket_dir / SOCKET_FILE
        for name, folder in self._sockets.items():
            folder.mkdir()
            self.links[name] = Link(folder / SOCKET_FILE, socket)
        self._to("platform", self._platform_port)
        for n in range(1, self.engines + 1):
            self._to(f"engine-{n}", self._engine_ports[n - 1])
            self._to(f"actions-{n}", self._action_ports[n - 1])

    def _to(self, name: str, port: int) -> None:
        """A link to a part that listens on ``port``, by which it is known among our children."""
        self._marks.setdefault(name, str(port))
        self.links[name] = link = Link((LOOPBACK, 0), (LOOPBACK, port), follows=True)
        self._addresses[name] = f"http://{LOOPBACK}:{link.port}"

    def _url(self, link: str) -> str:
        return f"postgresql+psycopg://{ROLE}@/{NAME}?host={self._sockets[link]}"

    def _back_parts(self) -> list[Part]:
        settings = Settings(home=self._place / "back", policy=self._policy())
        ports = tuple(self._engine_ports), tuple(self._action_ports)
        wiring = Wiring(settings, self._url("memory"), TOKEN, *ports)
        engines = [
            self._through_link(part, f"actions-{n}")
            for n in range(1, self.engines + 1)
            for part in (parts.actions(wiring, n - 1), parts.engine(wiring, n - 1))
        ]
        return [self._platform_part(wiring), *engines]

    def _through_link(self, part: Part, link: str) -> Part:
        actions = f"{self._addresses[link]}/webhook"
        return replace(part, environment={**part.environment, "QINGTING_ACTION_URL": actions})

    def _platform_part(self, wiring: Wiring) -> Part:
        port = str(self._platform_port)
        return Part(
            name="platform",
            command=[sys.executable, "-m", "tests.emulator", "--port", port, "--journal", str(self._journal)],
            log=wiring.settings.logs / "platform.log",
            ready=answers_http(f"{self.platform}/control/waiting"),
            folder=PROJECT,
        )

    async def _start_desks(self) -> None:
        engines = [self._addresses[f"engine-{n}"] for n in range(1, self.engines + 1)]
        for n in range(1, self.desks + 1):
            home = self._place / f"desk-{n}"
            home.mkdir()
            desk = WholeDesk(
                home,
                port=self._desk_ports[n - 1],
                QINGTING_DATABASE_URL=self._url("database"),
                QINGTING_ENGINE_URLS=",".join(engines),
                QINGTING_ENGINE_TOKEN=TOKEN,
                QINGTING_POLICY=str(self._policy()),
                TELEGRAM_BOT_TOKEN=BOT,
                TELEGRAM_API_BASE_URL=self._addresses["platform"],
            )
            self._desks.append(desk)
            self._marks[f"desk-{n}"] = ""
            self._to(f"web-{n}", desk.port)
            await self.links[f"web-{n}"].start()

    async def _install_witness(self) -> None:
        opened = Database(self.database_url)
        async with opened.transaction() as session:
            await witness.install(session)
        await opened.close()

    def _policy(self) -> Path:
        path = self._place / "policy.yml"
        if not path.exists():
            policy = yaml.safe_load(policies.DEFAULT.read_text(encoding="utf-8"))
            policy["listening"].update(LISTENING)
            path.write_text(yaml.safe_dump(policy, allow_unicode=True), encoding="utf-8")
        return path


@asynccontextmanager
async def running(place: Path, *, desks: int, engines: int) -> AsyncIterator[Installation]:
    """An installation, ready, until the block ends however it ends."""
    installation = Installation(place, desks=desks, engines=engines)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(installation.stop)
        await installation.start()
        yield installation


async def _until_ok(client: httpx.AsyncClient, url: str) -> None:
    while True:
        with suppress(httpx.HTTPError):
            if (await client.get(url)).is_success:
                return
        await asyncio.sleep(0.3)
