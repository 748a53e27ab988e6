"""Desks as processes of their own on one database, with a slow engine in place of Rasa: to stop and kill."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import IO, Any

import httpx
import psycopg
import uvicorn
from fastapi import FastAPI

from bot.runtime.database import plain
from bot.runtime.ports import LOOPBACK, free_ports
from bot.settings import PROJECT
from tests import policies

TOKEN = "token-of-the-engine"
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


class SlowEngine:
    """Takes `pause` seconds over a message, none when it is asked again; `turns` counts the asking."""

    def __init__(self) -> None:
        self.pause = 0.0
        self.turns: Counter[int] = Counter()
        self.begun = asyncio.Event()
        self.url = ""

    async def turn(self, question: dict[str, Any]) -> dict[str, Any]:
        """A turn."""
        self.turns[question["message_id"]] += 1
        self.begun.set()
        await asyncio.sleep(self.pause if self.turns[question["message_id"]] == 1 else 0)
        return {"replies": [{"text": f"记下了:{question['text']}", "stage": "listen"}], "heard": HEARD}

    async def parse(self, question: dict[str, Any]) -> dict[str, Any]:
        """Hearing takes no time."""
        return {"heard": HEARD}

    async def ready(self, question: dict[str, Any]) -> dict[str, Any]:
        """It and its actions stand ready."""
        return {"actions": True}


@asynccontextmanager
async def slow_engine() -> AsyncIterator[SlowEngine]:
    """The engine, served on a port of this machine."""
    engine, app = SlowEngine(), FastAPI()
    for what in (engine.turn, engine.parse, engine.ready):
        app.post(f"/webhooks/desk/{what.__name__}")(what)
    listener = socket.create_server((LOOPBACK, 0))
    engine.url = f"http://{LOOPBACK}:{listener.getsockname()[1]}"
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off"))
    task = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        yield engine
    finally:
        server.should_exit = server.force_exit = True
        await task


class DeskProcess:
    """`qingting desk`, on a database and an engine that are there."""

    def __init__(self, home: Path, database_url: str, engine_url: str, **environment: str) -> None:
        self.port = free_ports(1)[0]
        self.address = f"http://{LOOPBACK}:{self.port}"
        home.mkdir(parents=True, exist_ok=True)
        self._log: IO[bytes] = (home / f"desk-{self.port}.log").open("w+b")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "bot", "desk"],
            cwd=PROJECT,
            env={
                **os.environ,
                "QINGTING_HOME": str(home),
                "QINGTING_PORT": str(self.port),
                "QINGTING_DATABASE_URL": database_url,
                "QINGTING_ENGINE_URLS": engine_url,
                "QINGTING_ENGINE_TOKEN": TOKEN,
                "QINGTING_POLICY": str(policies.write_at_once(home / "policy.yml")),
                **environment,
            },
            stdout=self._log,
            stderr=subprocess.STDOUT,
        )
        self.client = httpx.AsyncClient(base_url=self.address, trust_env=False, timeout=60)

    @property
    def said(self) -> str:
        """All it has logged."""
        self._log.seek(0)
        return self._log.read().decode(errors="replace")

    async def ready(self, seconds: float = 60) -> "DeskProcess":
        """Wait until `/readyz` says so."""
        async with asyncio.timeout(seconds):
            while True:
                assert self.process.poll() is None, self.said
                with suppress(httpx.HTTPError):
                    if (await self.client.get("/readyz")).status_code == httpx.codes.OK:
                        return self
                await asyncio.sleep(0.1)

    def signal(self, how: signal.Signals) -> None:
        """Send it a signal."""
        self.process.send_signal(how)

    async def ended(self, seconds: float = 60) -> int:
        """Wait for its end; the exit code."""
        return await asyncio.to_thread(self.process.wait, seconds)

    async def close(self) -> None:
        """Away with it."""
        self.process.kill()
        self.process.send_signal(signal.SIGCONT)
        await self.client.aclose()
        self.process.wait(10)
        self._log.close()

    async def visitor(self) -> "Customer":
        """A new customer of the web chat."""
        opened = (await self.client.post("/api/v1/chat/sessions", json={})).json()
        return Customer({"Authorization": f"Bearer {opened['token']}"}, int(opened["conversation"]))


class Customer:
    """Somebody in one conversation, who may talk to any desk."""

    def __init__(self, headers: Mapping[str, str], conversation: int) -> None:
        self.headers = dict(headers)
        self.conversation = conversation

    async def says(self, desk: DeskProcess, text: str, client_id: str = "m1") -> httpx.Response:
        """Send a message."""
        body = {"text": text, "client_id": client_id}
        return await desk.client.post("/api/v1/chat/messages", json=body, headers=self.headers)

    async def reads(self, desk: DeskProcess, after: int = 0, wait: float = 0) -> list[dict[str, Any]]:
        """What can be read after message `after`."""
        answer = await desk.client.get(
            "/api/v1/chat/messages", params={"after": after, "wait": wait}, headers=self.headers
        )
        answer.raise_for_status()
        return list(answer.json()["messages"])

    async def hears(self, desk: DeskProcess, count: int = 1, seconds: float = 30) -> list[str]:
        """The words of the desk, once there are `count`."""
        async with asyncio.timeout(seconds):
            while True:
                said = [one["text"] for one in await self.reads(desk) if one["author"] != "customer"]
                if len(said) >= count:
                    return said
                await asyncio.sleep(0.05)


def query(database_url: str, statement: str) -> list[tuple[Any, ...]]:
    """Rows of the desks' database."""
    with psycopg.connect(plain(database_url), autocommit=True) as connection:
        return connection.execute(statement).fetchall()  # type: ignore[arg-type]
