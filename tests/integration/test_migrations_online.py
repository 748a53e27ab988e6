"""A ledger that is in use is migrated under the hands of those who use it (docs/operations.md)."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress

import psycopg
import pytest
from psycopg import sql
from sqlalchemy.engine import make_url

from bot.runtime.postgres import EmbeddedServer
from ledger import migrate
from ledger.migrate import MigrationBlocked, SchemaTooNew, SchemaTooOld
from tests.stand_ins import eventually

FIRST = "0001"
ROWS_BEFORE = 2000
ROWS_WHILE_BLOCKED = 50

CONVERSATION = """
WITH customer AS (INSERT INTO customers (id, created_at, language) VALUES (1, now(), 'en')),
     identity AS (INSERT INTO identities (id, customer_id, channel, address, created_at)
                  VALUES (1, 1, 'web', 'a', now()))
INSERT INTO conversations (id, identity_id, customer_id, channel, language, holding, created_at)
VALUES (1, 1, 1, 'web', 'en', 'bot', now())
"""
MESSAGE = """
INSERT INTO messages (id, conversation_id, author, text, client_id, at)
SELECT n, 1, 'customer', 'line ' || n, 'm' || n, now() FROM generate_series(%s::int, %s::int) AS n
"""


@pytest.fixture
def old(postgres: EmbeddedServer, new_database_name: Callable[[], str]) -> Iterator[str]:
    """A database as the first release made it, with messages in it."""
    name = new_database_name()
    postgres.ensure_database(name)
    url = postgres.url(name)
    migrate.upgrade(url, FIRST)
    with _connect(url) as connection:
        connection.execute(CONVERSATION)
        connection.execute(MESSAGE, [1, ROWS_BEFORE])
    yield url
    postgres.drop_database(name)


class Writer:
    """A desk of the old release: it goes on writing, one message after the other, and notes every error."""

    def __init__(self, url: str) -> None:
        self.written = ROWS_BEFORE
        self.errors: list[psycopg.Error] = []
        self._url = url
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._write)

    def __enter__(self) -> "Writer":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _write(self) -> None:
        with _connect(self._url) as connection:
            while not self._over.wait(0.002):
                try:
                    connection.execute(MESSAGE, [self.written + 1, self.written + 1])
                except psycopg.Error as error:
                    self.errors.append(error)
                else:
                    self.written += 1


async def test_a_writer_at_work_notices_nothing_and_nothing_is_lost(old: str) -> None:
    with Writer(old) as writer:
        await asyncio.to_thread(migrate.upgrade, old)
        before = writer.written
        await eventually(lambda: writer.written > before)
    assert writer.errors == []
    with _connect(old) as connection:
        found = connection.execute("SELECT count(*), max(id), count(DISTINCT text) FROM messages").fetchone()
    assert found == (writer.written, writer.written, writer.written)


async def test_a_migration_that_waits_for_a_long_transaction_holds_up_nobody(old: str) -> None:
    with Writer(old) as writer, _connect(old) as reader:
        reader.autocommit = False
        reader.execute("SELECT count(*) FROM messages")
        migration = asyncio.create_task(asyncio.to_thread(migrate.upgrade, old))
        await eventually(lambda: _waits(old))
        # Whoever waits for the lock keeps these out. They get in only because it lets go and comes again.
        then = writer.written
        await eventually(lambda: writer.written >= then + ROWS_WHILE_BLOCKED)
        assert not migration.done()
        reader.rollback()
        await migration
    assert writer.errors == []
    migrate.check(old)


async def test_two_migrations_at_once_are_one_after_the_other(old: str) -> None:
    await asyncio.gather(*(asyncio.to_thread(migrate.upgrade, old) for _ in range(3)))
    migrate.check(old)


def test_a_migration_that_is_kept_out_for_too_long_says_so(old: str) -> None:
    with _connect(old) as reader:
        reader.autocommit = False
        reader.execute("SELECT count(*) FROM messages")
        with pytest.raises(MigrationBlocked):
            migrate.upgrade(old, longest=0.1)


def test_an_index_whose_building_was_interrupted_is_built_again(old: str) -> None:
    with _connect(old) as connection:
        connection.execute("CREATE INDEX ix_messages_turn_id ON messages (id)")
        connection.execute(
            "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'ix_messages_turn_id'::regclass"
        )
    migrate.upgrade(old)
    with _connect(old) as connection:
        valid = "SELECT indisvalid FROM pg_index WHERE indexrelid = 'ix_messages_turn_id'::regclass"
        assert connection.execute(valid).fetchone() == (True,)


def test_an_older_program_leaves_a_newer_database_alone(database_url: str) -> None:
    _pretend(database_url, "9999")
    for does in (migrate.upgrade, migrate.check):
        with pytest.raises(SchemaTooNew, match=r"newer release .* \(it has 9999, this release knows"):
            does(database_url)


def test_a_desk_says_what_is_to_be_done_with_an_older_database(old: str) -> None:
    with pytest.raises(SchemaTooOld, match="qingting migrate"):
        migrate.check(old)


def _pretend(url: str, revision: str) -> None:
    with _connect(url) as connection:
        connection.execute(sql.SQL("UPDATE alembic_version SET version_num = {}").format(revision))


def _waits(url: str) -> bool:
    waiting = "SELECT count(*) > 0 FROM pg_locks WHERE NOT granted AND relation = 'messages'::regclass"
    with suppress(psycopg.Error), _connect(url) as connection:
        return connection.execute(waiting).fetchone() == (True,)
    return False


def _connect(url: str) -> psycopg.Connection[tuple[object, ...]]:
    address = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    return psycopg.connect(address, autocommit=True, connect_timeout=10)
