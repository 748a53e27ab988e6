"""The engine without the desk: Rasa and the actions, on a scratch database in which nobody else works."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from uuid import uuid4

import httpx
import psycopg
from psycopg import sql
from sqlalchemy.engine import make_url

from bot.runtime import database, parts
from bot.runtime.supervisor import Supervisor
from bot.settings import Settings
from ledger.db import Database
from ledger.policy import load_policy
from ledger.services import departments, messages
from ledger.services.messages import Received
from ledger.vocabulary import Language

SCRATCH = "qingting_bench"


@dataclass(frozen=True, slots=True)
class BareEngine:
    """An engine with its action server, asked as the desk asks, by nobody else."""

    client: httpx.AsyncClient
    ledger: Database

    async def answer(self, text: str) -> float:
        """One first message in a conversation of its own; returns the seconds the engine took over it."""
        question = await self._question(text)
        started = perf_counter()
        (await self.client.post("/webhooks/desk/turn", json=question)).raise_for_status()
        return perf_counter() - started

    async def _question(self, text: str) -> dict[str, object]:
        received = await logged(self.ledger, text)
        return {
            "conversation": str(received.conversation_id),
            "message_id": received.message_id,
            "text": text,
            "language": Language.ZH_HANS,
        }


@asynccontextmanager
async def bare_engine(
    settings: Settings, model: Path | None = None, name: str = SCRATCH
) -> AsyncIterator[BareEngine]:
    """Start one on a scratch database beside the desk's, and take all of it away afterwards.

    It answers with the project's model or another. Those that run at once need databases of different names.
    """
    with database.for_command(settings) as url, _scratch(url, name) as scratch, TemporaryDirectory() as home:
        ledger = await prepared(scratch, settings)
        alone = settings.model_copy(update={"engine_urls": (), "home": Path(home)})
        wiring = parts.wire(alone, scratch)
        supervisor = Supervisor(lambda line: None)
        try:
            for part in (parts.actions(wiring), parts.engine(wiring, model=model)):
                await supervisor.start(part)
            async with _client(wiring) as client:
                yield BareEngine(client, ledger)
        finally:
            await supervisor.stop()
            await ledger.close()


async def logged(ledger: Database, text: str) -> Received:
    """The message stands in the ledger beforehand, as the actions expect; its job is never run."""
    async with ledger.transaction() as session:
        return await messages.receive(
            session,
            channel="web",
            address=uuid4().hex,
            text=text,
            client_id="1",
            now=datetime.now(UTC),
        )


async def prepared(url: str, settings: Settings) -> Database:
    """A database brought up to date, with the departments of the policy."""
    await asyncio.to_thread(database.prepare, url)
    ledger = Database(url)
    async with ledger.transaction() as session:
        await departments.sync(session, policy=load_policy(settings.policy), now=datetime.now(UTC))
    return ledger


def _client(wiring: parts.Wiring) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        base_url=wiring.engine_urls[0],
        headers={"Authorization": f"Bearer {wiring.engine_token}"},
        timeout=60,
    )


@contextmanager
def _scratch(url: str, database_name: str) -> Iterator[str]:
    """A database of its own on the same server, dropped at the end."""
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    name = sql.Identifier(database_name)
    with psycopg.connect(plain, autocommit=True) as server:
        server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))
        server.execute(sql.SQL("CREATE DATABASE {}").format(name))
        try:
            yield make_url(url).set(database=database_name).render_as_string(hide_password=False)
        finally:
            server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))
