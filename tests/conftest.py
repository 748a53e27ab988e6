"""Fixtures that every test may ask for: a real PostgreSQL, and a fresh migrated database in it."""

import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from itertools import count
from pathlib import Path

import pytest
from hypothesis import settings
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from bot.runtime.postgres import EmbeddedServer
from ledger.db import Database
from ledger.migrate import upgrade
from tests.served_desk import ServedDesk, serving

pytest_plugins = ["tests.ledger_world"]

# The same examples in every run; a loaded machine is slow, not wrong.
settings.register_profile("steady", deadline=None, derandomize=True)
settings.load_profile("steady")

# What these start is costly, so each of these places is tested by one process; all other tests go anywhere.
COSTLY = (
    "tests/browser/test_widget.py",
    "tests/browser/",
    "tests/chaos/test_under_faults.py",
    "tests/dialogue/",
    "tests/integration/test_backup.py",
    "tests/integration/test_database_away.py",
    "tests/integration/test_demo.py",
    "tests/integration/test_disk_full.py",
    "tests/integration/test_hearing.py",
    "tests/integration/test_killed_desk.py",
    "tests/integration/test_runtime_hung.py",
    "tests/integration/test_stopping.py",
    "tests/system/",
)
TEMPLATE = "template_desk"
FAST_AND_FORGETFUL = {"fsync": "off", "full_page_writes": "off", "autovacuum": "off"}


class Together(LoadScopeScheduling):
    """Spreads tests over the processes of a run, and keeps those of a costly place together."""

    def _split_scope(self, nodeid: str) -> str:
        return next((place for place in COSTLY if nodeid.startswith(place)), nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Together:
    return Together(config, log)


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
