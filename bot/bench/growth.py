"""What the ledger's questions cost on a small desk and on a large one, in one run (docs/growth.md)."""

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any, Final

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncSession

from bot.bench.growth_reads import ZONE, Read, reads
from bot.bench.growth_world import MESSAGES, NOW, World, fill
from bot.bench.sample import Times
from bot.runtime.postgres import EmbeddedServer
from ledger.db import Database
from ledger.migrate import upgrade
from ledger.policy import Policy
from ledger.services.counting import count_days

SMALL: Final = 10_000
TIMES: Final = 40
WARM: Final = 5
# The world can be made again, so nothing waits for the disk; all else is as the desk runs it.
SETTINGS: Final = {"fsync": "off", "full_page_writes": "off", "max_wal_size": "8GB", "autovacuum": "off"}


@dataclass(frozen=True, slots=True)
class Measured:
    """One read at both sizes, in milliseconds, and the plans of its statements on the large desk."""

    read: Read
    small: Times
    large: Times
    plans: list[str]

    @property
    def ratio(self) -> float:
        """How many times longer the median takes on the large desk."""
        return self.large.p50 / self.small.p50


@dataclass(frozen=True, slots=True)
class Growth:
    """What was measured on desks of two sizes."""

    small: World
    large: World
    rows: list[Measured]

    def lines(self) -> Iterator[str]:
        """The table, and below it the plans where there are any."""
        sizes = " and ".join(f"{world.complaints:,}" for world in (self.small, self.large))
        yield f"Complaints: {sizes}, with {MESSAGES} messages each. Milliseconds."
        yield f"{'':58}{'p50':>8}{'p95':>8}  |{'p50':>8}{'p95':>8}{'ratio':>8}"
        for row in self.rows:
            times = f"{row.small.p50:8.1f}{row.small.p95:8.1f}  |{row.large.p50:8.1f}{row.large.p95:8.1f}"
            yield f"{row.read.name:58}{times}{row.ratio:8.2f}"
        for row in self.rows:
            yield from (f"\n{row.read.name}\n{plan}" for plan in row.plans)


async def bench_growth(
    policy: Policy, complaints: int, *, home: Path | None, small: int = SMALL, times: int = TIMES, plans: bool
) -> Growth:
    """Make both desks, unless ``home`` has them, and ask them everything ``times`` times, in turns."""
    with _server(home) as server:
        worlds = [await asyncio.to_thread(_world, server, size) for size in (small, complaints)]
        databases = [Database(server.url(_name(world.complaints)), pool_size=1) for world in worlds]
        try:
            for database in databases:
                await _count_all(database)
            rows = [
                await _measure(pair, databases, times, plans)
                for pair in zip(*(reads(world, policy) for world in worlds), strict=True)
            ]
        finally:
            for database in databases:
                await database.close()
    return Growth(worlds[0], worlds[1], rows)


@contextmanager
def _server(home: Path | None) -> Iterator[EmbeddedServer]:
    place = home or Path(tempfile.mkdtemp(prefix="qt-growth-"))
    try:
        with EmbeddedServer(place / "postgres", settings=SETTINGS) as server:
            yield server
    finally:
        if home is None:
            shutil.rmtree(place, ignore_errors=True)


def _world(server: EmbeddedServer, complaints: int) -> World:
    """The desk of that size: the one that was kept, or a new one."""
    name = _name(complaints)
    if server.has_database(name):
        upgrade(server.url(name))
        return World(complaints, complaints * MESSAGES)
    unfinished = f"{name}_new"
    server.drop_database(unfinished)
    server.ensure_database(unfinished)
    upgrade(server.url(unfinished))
    made = fill(server.url(unfinished, "postgresql"), complaints)
    server.rename_database(unfinished, name)
    return made


def _name(complaints: int) -> str:
    return f"growth_{complaints}"


async def _count_all(database: Database) -> None:
    left = 1
    while left:
        async with database.transaction() as session:
            left = await count_days(session, time_zone=ZONE, now=NOW)


async def _measure(pair: tuple[Read, Read], databases: list[Database], times: int, plans: bool) -> Measured:
    took: list[list[float]] = [[], []]
    for turn in range(WARM + times):
        for read, database, series in zip(pair, databases, took, strict=True):
            begun = perf_counter()
            await _ask(read, database)
            if turn >= WARM:
                series.append(perf_counter() - begun)
    explained = await explain(pair[1], databases[1]) if plans else []
    return Measured(pair[1], Times.of(took[0]), Times.of(took[1]), explained)


async def _ask(read: Read, database: Database) -> None:
    """As a page does, in a transaction of its own; what it writes is undone."""
    async with database.transaction() as session:
        await read.ask(session)
        await session.rollback()


async def explain(read: Read, database: Database) -> list[str]:
    """The plans of the statements of a read."""
    async with database.transaction() as session, _heard(session) as statements:
        await read.ask(session)
    found = []
    async with database.transaction() as session:
        connection = await session.connection()
        for statement, parameters in statements:
            plan = await connection.exec_driver_sql(f"EXPLAIN (ANALYZE, BUFFERS) {statement}", parameters)
            found.append("\n".join(plan.scalars()))
        await session.rollback()
    return found


@asynccontextmanager
async def _heard(session: AsyncSession) -> AsyncIterator[list[tuple[str, Any]]]:
    """The queries sent meanwhile, with their parameters."""
    sent: list[tuple[str, Any]] = []

    def note(_c: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if statement.lstrip().upper().startswith(("SELECT", "WITH", "(SELECT")):
            sent.append((statement, parameters))

    engine = session.get_bind().engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", note)
