"""Bringing a database to the shape the models expect, by Alembic, while others work on it.

A change that cannot get its lock at once gives up and tries again, since whoever wants the table meanwhile
waits behind it: a migration is never in anybody's way for longer than ``LOCK_WAIT``.
"""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from psycopg.errors import DeadlockDetected, LockNotAvailable
from sqlalchemy import Connection, create_engine, func, pool, select
from sqlalchemy.exc import OperationalError

from ledger.errors import LedgerError
from ledger.locks import Lock

MIGRATIONS: Final = Path(__file__).with_name("migrations")
# Seconds.
LOCK_WAIT: Final = 1.0
TRY_AGAIN_AFTER: Final = 0.5
LONGEST: Final = 600.0


class SchemaTooNew(LedgerError):  # noqa: N818
    """The database is of a newer release than this program: start that one, or restore an older backup."""


class SchemaTooOld(LedgerError):  # noqa: N818
    """The database is of an older release: bring its tables up to date with `qingting migrate`."""


class MigrationBlocked(LedgerError):  # noqa: N818
    """The tables could not be changed, others kept them in use: look for long transactions, try again."""


def upgrade(url: str, revision: str = "head", *, longest: float = LONGEST) -> None:
    """Run the migrations the database at ``url`` (SQLAlchemy, ``postgresql+psycopg://…``) has not had.

    For ``longest`` seconds it is tried again when others hold what it needs.

    Raises:
        SchemaTooNew: the database is of a newer release than this program.
        MigrationBlocked: others did not let go of a table.
    """
    until = time.monotonic() + longest
    with _alone(url, until) as connection:
        check_known(revision_of(connection))
        while True:
            try:
                command.upgrade(configuration(url), revision)
                return
            except OperationalError as error:
                if not isinstance(error.orig, (LockNotAvailable, DeadlockDetected)):
                    raise
                if time.monotonic() > until:
                    raise MigrationBlocked from None
            time.sleep(TRY_AGAIN_AFTER)


def check(url: str) -> None:
    """That this program can work on the database at ``url``. Raises SchemaTooNew or SchemaTooOld."""
    with _connected(url) as connection:
        found = revision_of(connection)
    check_known(found)
    if found != head():
        raise SchemaTooOld(f"it has {found or 'no tables'}, this release needs {head()}")


def check_known(revision: str | None) -> None:
    """That a database or backup of ``revision`` is not of a newer release. Raises SchemaTooNew."""
    known = {script.revision for script in _scripts().walk_revisions()}
    if revision is not None and revision not in known:
        raise SchemaTooNew(f"it has {revision}, this release knows {head()}")


def head() -> str | None:
    """The last revision this program knows."""
    return _scripts().get_current_head()


def revision_of(connection: Connection) -> str | None:
    """The revision of a database; None before the first migration."""
    return MigrationContext.configure(connection).get_current_revision()


def configuration(url: str) -> Config:
    """Alembic's configuration for the database at ``url``, without a file."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["url"] = url
    config.attributes["lock_milliseconds"] = int(LOCK_WAIT * 1000)
    return config


def _scripts() -> ScriptDirectory:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return ScriptDirectory.from_config(config)


@contextmanager
def _connected(url: str) -> Iterator[Connection]:
    """A connection without transactions: an open one would keep indexes from being built."""
    engine = create_engine(url, poolclass=pool.NullPool, isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()


@contextmanager
def _alone(url: str, until: float) -> Iterator[Connection]:
    """One migrates at a time; the others ask again, since waiting in the database is being in the way."""
    with _connected(url) as connection:
        while not connection.scalar(select(func.pg_try_advisory_lock(Lock.MIGRATING.value))):
            if time.monotonic() > until:
                raise MigrationBlocked("another migration is under way")
            time.sleep(TRY_AGAIN_AFTER)
        yield connection


if __name__ == "__main__":
    upgrade(sys.argv[1])
