"""Fixtures that every test may ask for: a real PostgreSQL, and a fresh migrated database in it."""

import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from itertools import count
from pathlib import Path

import pytest

from bot.runtime.postgres import EmbeddedServer
from ledger.db import Database
from ledger.migrate import upgrade
from tests.served_desk import ServedDesk, serving

pytest_plugins = ["tests.ledger_world"]

# What is dear to start is started once: tests that ask for one of these run in one process, the others anywhere.
DEAR = ("assistant", "whole_desk", "chromium")
TEMPLATE = "template_desk"
FAST_AND_FORGETFUL = {"fsync": "off", "full_page_writes": "off", "autovacuum": "off"}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the tests of each dear fixture together."""
    for item in items:
        asked = getattr(item, "fixturenames", ())
        if dear := next((name for name in DEAR if name in asked), None):
            item.add_marker(pytest.mark.xdist_group(dear))


@pytest.fixture(scope="session")
def postgres() -> Iterator[EmbeddedServer]:
    """One server for the whole run, in a folder of its own that goes away with it."""
    place = Path(tempfile.mkdtemp(prefix="qt-"))
    with EmbeddedServer(place / "pg", settings=FAST_AND_FORGETFUL) as server:
        yield server
    shutil.rmtree(place, ignore_errors=True)


@pytest.fixture(scope="session")
def migrated(postgres: EmbeddedServer) -> EmbeddedServer:
    """The server, with a migrated database to copy from."""
    postgres.ensure_database(TEMPLATE)
    upgrade(postgres.url(TEMPLATE))
    return postgres


@pytest.fixture(scope="session")
def new_database_name() -> Callable[[], str]:
    numbers = count(1)
    return lambda: f"test_{next(numbers)}"


@pytest.fixture
def database_url(migrated: EmbeddedServer, new_database_name: Callable[[], str]) -> Iterator[str]:
    """The address of a fresh migrated database, for this test alone."""
    name = new_database_name()
    migrated.copy_database(TEMPLATE, name)
    yield migrated.url(name)
    migrated.drop_database(name)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """A fresh migrated database, for this test alone."""
    opened = Database(database_url)
    yield opened
    await opened.close()


@pytest.fixture
async def served(database_url: str, tmp_path: Path) -> AsyncIterator[ServedDesk]:
    """A desk of this test's own, served on a port of this machine."""
    async with serving(database_url, tmp_path) as desk:
        yield desk


@pytest.fixture
def home() -> Iterator[Path]:
    """A data folder for a desk: not among those of pytest, which the next pytest closes to other accounts."""
    place = Path(tempfile.mkdtemp(prefix="qt-"))
    yield place / "home"
    shutil.rmtree(place, ignore_errors=True)
