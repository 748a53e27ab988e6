"""The database of the desk, for the desk and for a command beside it."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from sqlalchemy.engine import make_url

from bot.runtime.errors import HomeInUseError, PostgresError
from bot.runtime.home import held
from bot.runtime.postgres import EmbeddedServer
from bot.settings import Settings
from ledger.locks import Lock
from ledger.migrate import upgrade

# Rasa's tables live in a schema of their own, beside the ledger's.
ENGINE_SCHEMA = "engine"
CONNECT_SECONDS = 5


def embedded(settings: Settings) -> EmbeddedServer:
    """The server on QINGTING_HOME."""
    return EmbeddedServer(settings.home / "postgres", log=settings.logs / "postgres.log")


@contextmanager
def for_command(settings: Settings) -> Iterator[str]:
    """The database's URL: QINGTING_DATABASE_URL, or the running desk's, or one started for the block.

    Raises PostgresError when it cannot be reached.
    """
    server = embedded(settings)
    if settings.database_url is not None:
        check(settings.database_url)
        yield settings.database_url
    elif server.answers():
        yield server.url()
    else:
        with _running(settings, server):
            yield server.url()


@contextmanager
def _running(settings: Settings, server: EmbeddedServer) -> Iterator[None]:
    try:
        with held(settings.home, "command"), server:
            prepare(server.url())
            yield
    except HomeInUseError as error:
        raise PostgresError(f"{error} Its database does not answer; try again in a moment.") from None


def check(url: str) -> None:
    """Raise PostgresError when `url` cannot be reached; the reason is in it, the password is not."""
    parts = make_url(url)
    try:
        psycopg.connect(plain(url), connect_timeout=CONNECT_SECONDS).close()
    except psycopg.Error as error:
        reason = str(error).strip().splitlines()[0]
        raise PostgresError(
            f"QINGTING_DATABASE_URL cannot be reached ({parts.render_as_string()}): {reason}"
        ) from None


def prepare(url: str) -> None:
    """Bring the schema up to date, and make room for Rasa's tables."""
    upgrade(url)
    with psycopg.connect(plain(url)) as connection:
        # Two desks that start at once would both find it missing.
        connection.execute("SELECT pg_advisory_xact_lock(%s)", [Lock.ENGINE_SCHEMA.value])
        connection.execute(f"CREATE SCHEMA IF NOT EXISTS {ENGINE_SCHEMA}")


def plain(url: str) -> str:
    """`url` as libpq writes it, password and all."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
