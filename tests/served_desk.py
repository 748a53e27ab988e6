"""A whole desk served on a port of this machine; only the engine is a stand-in, at its transport."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from fastapi import FastAPI
from fastapi_offline import FastAPIOffline

from bot import api
from bot.bootstrap import DATABASE_PATIENCE
from bot.channels.web import WebChannel
from bot.desk import Desk, utc_now
from bot.engine import Engine
from bot.evidence import Evidence
from bot.live import Live
from bot.scripts import Scripts
from bot.server import LONGEST_FRAME
from bot.settings import PROJECT, Settings
from bot.workers import Workers
from ledger.db import Database
from ledger.models import Staff
from ledger.policy import Policy
from ledger.services import departments
from ledger.services import staff as accounts
from ledger.vocabulary import Role
from tests import policies

PASSWORD = "listen-first-always"
HEARD = {
    "intent": {"name": "greet", "confidence": 0.9},
    "language": "zh-Hans",
    "kind": "chat",
    "category": None,
    "signals": [],
    "emotion": 0,
    "remedies": [],
    "entities": [],
}


@dataclass
class StandInEngine:
    """Says back what it was told.

    `reply` may be replaced; `away` makes it refuse connections; `lame`: no actions.
    """

    away: bool = False
    lame: bool = False
    asked: list[dict[str, Any]] = field(default_factory=list)
    reply: Callable[[str], list[dict[str, Any]]] = lambda text: [
        {"text": f"记下了:{text}", "stage": "listen"}
    ]

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """One request of the desk's."""
        if self.away:
            raise httpx.ConnectError("nobody there")
        question = json.loads(request.content)
        self.asked.append(question)
        replies = self.reply(question.get("text", ""))
        return httpx.Response(200, json={"replies": replies, "heard": HEARD, "actions": not self.lame})


@dataclass(frozen=True)
class ServedDesk:
    """The desk and where it is; `client` is a customer's program, without any credential."""

    desk: Desk
    url: str
    client: httpx.AsyncClient
    engine: StandInEngine

    async def staff(self, username: str = "wang", role: Role = Role.AGENT, name: str = "王芳") -> Staff:
        """A new member of staff, whose password is PASSWORD."""
        async with self.desk.database.transaction() as session:
            created = await accounts.create(
                session, username=username, role=role, name=name, password=PASSWORD, now=self.desk.now()
            )
        return created.staff

    async def token_of(self, person: Staff) -> dict[str, str]:
        """The header of a staff token of `person`."""
        async with self.desk.database.transaction() as session:
            token = await accounts.issue_token(session, staff=person, now=self.desk.now())
        return {"Authorization": f"Bearer {token}"}

    async def visitor(self) -> "Visitor":
        """A new customer at the web chat."""
        opened = (await self.client.post("/api/v1/chat/sessions", json={})).json()
        return Visitor(self, opened["token"], opened["conversation"])


@dataclass(frozen=True)
class Visitor:
    """A customer at the web chat's HTTP API."""

    served: ServedDesk
    token: str
    conversation: int

    @property
    def header(self) -> dict[str, str]:
        """What proves who it is."""
        return {"Authorization": f"Bearer {self.token}"}

    async def says(self, text: str, client_id: str) -> httpx.Response:
        """Send a message."""
        return await self.served.client.post(
            "/api/v1/chat/messages", json={"text": text, "client_id": client_id}, headers=self.header
        )

    async def reads(self, after: int = 0, wait: float = 0) -> list[dict[str, Any]]:
        """What is there after message `after`."""
        answer = await self.served.client.get(
            "/api/v1/chat/messages", params={"after": after, "wait": wait}, headers=self.header
        )
        answer.raise_for_status()
        return list(answer.json()["messages"])

    async def reads_until(self, count: int) -> list[dict[str, Any]]:
        """Everything there is, once there are `count` messages."""
        found: list[dict[str, Any]] = []
        async with asyncio.timeout(15):
            while len(found) < count:
                found += await self.reads(found[-1]["id"] if found else 0, wait=5)
        return found


@asynccontextmanager
async def serving(
    database_url: str,
    home: Path,
    *,
    now: Callable[[], datetime] = utc_now,
    policy: Policy | None = None,
    settings: dict[str, Any] | None = None,
    mount: Callable[[FastAPI, Desk], None] | None = None,
    port: int = 0,
) -> AsyncIterator[ServedDesk]:
    """A desk in this event loop until the block ends; `mount` may add the console to its application."""
    engine = StandInEngine()
    desk = _desk(database_url, home, engine, now, policy, settings or {})
    app = FastAPIOffline(title="Qingting")
    app.state.desk = desk
    api.install(app)
    if mount:
        mount(app, desk)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(desk.database.close)
        stack.push_async_callback(desk.engine.close)
        for part in (desk.live, Workers(desk), *desk.channels.values()):
            await part.start()
            stack.push_async_callback(part.stop)
        await desk.live.listening.wait()
        url = await stack.enter_async_context(_served(app, port))
        client = await stack.enter_async_context(httpx.AsyncClient(base_url=url, trust_env=False, timeout=40))
        async with desk.database.transaction() as session:
            await departments.sync(session, policy=desk.policy, now=desk.now())
        yield ServedDesk(desk, url, client, engine)


def _desk(
    database_url: str,
    home: Path,
    engine: StandInEngine,
    now: Callable[[], datetime],
    policy: Policy | None,
    settings: dict[str, Any],
) -> Desk:
    database, live = Database(database_url, patience=DATABASE_PATIENCE), Live(database_url)
    desk = Desk(
        settings=Settings(home=home, database_url=database_url, **settings),
        policy=policy or policies.at_once(),
        database=database,
        engine=Engine(["http://engine"], "secret", transport=httpx.MockTransport(engine)),
        live=live,
        scripts=Scripts.load(PROJECT / "data" / "scripts" / "desk.yml"),
        evidence=Evidence(home / "evidence"),
        now=now,
    )
    desk.channels["web"] = WebChannel(database, live)
    return desk


@asynccontextmanager
async def _served(app: FastAPI, port: int) -> AsyncIterator[str]:
    listener = socket.create_server(("127.0.0.1", port))
    config = uvicorn.Config(
        app, log_level="warning", timeout_graceful_shutdown=1, lifespan="off", ws_max_size=LONGEST_FRAME
    )
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        await task
