"""The desk these tests talk to."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.bootstrap import SCRIPTS
from bot.desk import Desk, Patience
from bot.engine import Engine
from bot.evidence import Evidence
from bot.jobs import create_queue
from bot.live import Live
from bot.scripts import Scripts
from bot.settings import Settings
from ledger.db import Database
from ledger.services import departments
from tests import policies

from .stand_ins import EngineStandIn, Post
from .world import OPEN, World

QUICK = Patience(turns=(0.01, 0.02), deliveries=(0.01, 0.02), belated=(0.01,))


@pytest.fixture
async def world(database: Database, database_url: str, tmp_path: Path) -> AsyncIterator[World]:
    """A desk with its departments and nobody in it."""
    engine, post = EngineStandIn(), Post()
    desk = desk_of(database, database_url, tmp_path, engine, post)
    async with database.transaction() as session:
        await departments.sync(session, policy=desk.policy, now=OPEN)
    queue = create_queue(desk)
    async with queue.open_async():
        world = World(desk, engine, post, queue)
        desk.now = lambda: world.now
        yield world
    await desk.engine.close()


def desk_of(database: Database, database_url: str, home: Path, engine: EngineStandIn, post: Post) -> Desk:
    """A desk that talks through ``post``, and pulled, through ``web``."""
    return Desk(
        settings=Settings(home=home),
        policy=policies.at_once(),
        database=database,
        engine=Engine(["http://engine"], "secret", transport=engine.transport),
        live=Live(database_url),
        scripts=Scripts.load(SCRIPTS),
        evidence=Evidence(home / "evidence"),
        channels={post.name: post, "web": Post("web", pulled=True)},
        patience=QUICK,
    )
