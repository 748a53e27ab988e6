"""What ``qingting bench desk`` sets against each other: whole desks, and Rasa's stock pipeline without one.

All stand on one scratch PostgreSQL, on the disk of the data folder and as durable as the desk's own; each has
a database to itself.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Protocol

import httpx
from pydantic import SecretStr

from bot.bench.bare import logged, prepared
from bot.bench.messages import Visitor
from bot.engine import speakable
from bot.runtime import database, parts
from bot.runtime.ports import LOOPBACK, free_ports
from bot.runtime.postgres import EmbeddedServer
from bot.runtime.run import together
from bot.runtime.steps import Steps
from bot.runtime.supervisor import Part, Supervisor, answers_http
from bot.runtime.training import rasa_program
from bot.settings import PROJECT, Settings
from ledger.db import Database

STOCK = PROJECT / "bot" / "bench" / "stock"
TOKEN = "bench"  # noqa: S105 — of processes on loopback that live for minutes
# Servers close a connection that was unused for five seconds; ours is given up before.
LIMITS = httpx.Limits(max_connections=None, max_keepalive_connections=None, keepalive_expiry=2)

# Says one message that was prepared; the seconds until its answer, None when none came.
Saying = Callable[[], Awaitable[float | None]]


class System(Protocol):
    """What answers messages."""

    name: str
    ledger: Database

    @property
    def processes(self) -> dict[str, int]:
        """Its process numbers by the name of the part, the database's among them."""

    async def prepare(self, text: str) -> Saying:
        """Do beforehand what is no part of a message: its conversation is opened."""


@dataclass(slots=True)
class WholeDesk:
    """One or two desk processes with their engines; customers write to one desk and read at the next."""

    name: str
    ledger: Database
    supervisor: Supervisor
    server: Mapping[str, int]
    desks: list[httpx.AsyncClient]
    conversations: list[int] = field(default_factory=list)

    @property
    def processes(self) -> dict[str, int]:
        """The desks', the engines', the action servers' and the database's."""
        return {**self.supervisor.processes, **self.server}

    async def prepare(self, text: str) -> Saying:
        """Open a conversation."""
        first = len(self.conversations)
        writing, reading = (self.desks[(first + step) % len(self.desks)] for step in (0, 1))
        visitor = Visitor(writing, reading)
        await visitor.come()
        self.conversations.append(visitor.conversation)
        return partial(visitor.say, text)


@dataclass(slots=True)
class Stock:
    """Rasa's stock pipeline as `rasa run` serves it, asked over Rasa's own REST channel."""

    name: str
    ledger: Database
    supervisor: Supervisor
    server: Mapping[str, int]
    client: httpx.AsyncClient

    @property
    def processes(self) -> dict[str, int]:
        """The engine's, the action server's and the database's."""
        return {**self.supervisor.processes, **self.server}

    async def prepare(self, text: str) -> Saying:
        """Our actions expect the message in the ledger; nobody charges the stock pipeline for that."""
        received = await logged(self.ledger, text)
        body: dict[str, object] = {
            "sender": str(received.conversation_id),
            "message": speakable(text),
            "metadata": {"message_id": received.message_id},
        }
        return partial(self._say, body)

    async def _say(self, body: dict[str, object]) -> float | None:
        started = perf_counter()
        answer = await self.client.post("/webhooks/rest/webhook", json=body)
        said = answer.raise_for_status().json()
        return perf_counter() - started if said else None


@dataclass(frozen=True, slots=True)
class Ground:
    """What all systems of a run stand on."""

    settings: Settings
    steps: Steps
    server: EmbeddedServer
    supervisor: Supervisor
    # Two migrations in one process would take each other's place.
    migrating: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def ledger(self, stack: AsyncExitStack, name: str) -> tuple[str, Database]:
        """A fresh database, brought up to date."""
        url = self.server.url(name)
        async with self.migrating:
            self.server.ensure_database(name)
            ledger = await prepared(url, self.settings)
        stack.push_async_callback(ledger.close)
        return url, ledger


@asynccontextmanager
async def ground(settings: Settings, steps: Steps) -> AsyncIterator[Ground]:
    """A scratch PostgreSQL, taken away afterwards."""
    settings.home.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix="bench-", dir=settings.home) as folder:
        alone = settings.model_copy(
            update={
                "home": Path(folder),
                "database_url": None,
                "engine_urls": (),
                "engine_token": SecretStr(TOKEN),
                "telegram_bot_token": None,
            }
        )
        server, supervisor = database.embedded(alone), Supervisor(steps.say)
        server.prepare()
        try:
            await supervisor.start(parts.postgres(server))
            yield Ground(alone, steps, server, supervisor)
        finally:
            await supervisor.stop()


@asynccontextmanager
async def whole_desk(ground: Ground, *, engines: int, desks: int) -> AsyncIterator[WholeDesk]:
    """Everything `qingting run` starts, and a second desk on the same database if asked for."""
    name = f"desk_{engines}_{desks}"
    async with AsyncExitStack() as stack:
        url, ledger = await ground.ledger(stack, name)
        supervisor = Supervisor(ground.steps.say)
        stack.push_async_callback(supervisor.stop)
        home = ground.settings.home / name
        settings = ground.settings.model_copy(update={"engines": engines, "home": home})
        wiring = parts.wire(settings, url)
        places = [settings.model_copy(update={"port": port}) for port in free_ports(desks)]
        offices = [parts.desk(replace(wiring, settings=place), n) for n, place in enumerate(places)]
        await together(ground.steps, supervisor, [*parts.answering(wiring), *offices])
        clients = [await stack.enter_async_context(_client(place.address)) for place in places]
        title = f"desk, {engines} engine{'s' if engines > 1 else ''}"
        yield WholeDesk(title, ledger, supervisor, ground.supervisor.processes, clients)


@asynccontextmanager
async def stock(ground: Ground, model: Path) -> AsyncIterator[Stock]:
    """One `rasa run` with the stock pipeline in ``model``, and an action server of its own."""
    async with AsyncExitStack() as stack:
        url, ledger = await ground.ledger(stack, "stock")
        supervisor = Supervisor(ground.steps.say)
        stack.push_async_callback(supervisor.stop)
        settings = ground.settings.model_copy(update={"engines": 1, "home": ground.settings.home / "stock"})
        wiring = parts.wire(settings, url)
        await together(ground.steps, supervisor, [parts.actions(wiring), _rasa_run(wiring, model)])
        client = await stack.enter_async_context(_client(wiring.engine_urls[0]))
        yield Stock("stock, bare", ledger, supervisor, ground.supervisor.processes, client)


def _rasa_run(wiring: parts.Wiring, model: Path) -> Part:
    port = wiring.engine_ports[0]
    served = parts.engine(wiring)
    return Part(
        name="engine",
        command=[
            *(rasa_program(PROJECT, "rasa"), "run", "--model", str(model)),
            *("--endpoints", str(STOCK / "endpoints.yml"), "--credentials", str(STOCK / "credentials.yml")),
            *("--interface", LOOPBACK, "--port", str(port)),
        ],
        log=served.log,
        ready=answers_http(f"http://{LOOPBACK}:{port}/"),
        environment=served.environment,
        folder=PROJECT,
        start_seconds=served.start_seconds,
    )


def _client(address: str) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=address, timeout=90, limits=LIMITS, trust_env=False)
