"""A desk without engine and worker, for tests of what lies at its edge."""

from datetime import timedelta
from pathlib import Path
from typing import Any

from bot.desk import Desk
from bot.engine import Engine
from bot.evidence import Evidence
from bot.live import Live
from bot.scripts import Scripts
from bot.settings import Settings
from ledger.db import Database
from ledger.policy import Notices
from tests import policies


def make_desk(database: Database, home: Path, *, notices: Notices | None = None, **settings: Any) -> Desk:
    """A desk on ``database`` with its files under ``home``; ``settings`` by field name."""
    policy = policies.at_once()
    if notices is not None:
        policy = policy.model_copy(update={"notices": notices})
    return Desk(
        settings=Settings(home=home, **settings),
        policy=policy,
        database=database,
        engine=Engine((), "no-engine"),
        live=Live(database.url),
        scripts=Scripts({}),
        evidence=Evidence(home / "files"),
    )


def later(desk: Desk, length: timedelta) -> None:
    """Put the desk's clock forward."""
    moment = desk.now() + length
    desk.now = lambda: moment
