"""How commands and the desk share one home and its database."""

import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from bot.runtime import database
from bot.runtime.database import ENGINE_SCHEMA, for_command
from bot.runtime.errors import HomeInUseError, PostgresError
from bot.runtime.home import held
from bot.runtime.ports import free_ports
from bot.runtime.postgres import EmbeddedServer
from bot.settings import Settings


def tables(url: str) -> set[object]:
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        found = connection.execute("SELECT schemaname || '.' || tablename FROM pg_tables").fetchall()
    return {row[0] for row in found}


def test_a_command_starts_the_database_for_its_duration_and_migrates_it(home: Path) -> None:
    settings = Settings(home=home)
    with for_command(settings) as url:
        assert "public.entries" in tables(url)
    assert not database.embedded(settings).answers()


def test_a_command_uses_the_database_of_the_running_desk(home: Path) -> None:
    settings = Settings(home=home)
    server = database.embedded(settings)
    with held(home, "desk"), server:
        pid = server.pid
        with for_command(settings) as url:
            assert url == server.url()
        assert server.pid == pid


def test_a_command_uses_the_database_it_is_told_of(migrated: EmbeddedServer, home: Path) -> None:
    url = migrated.url("postgres")
    with for_command(Settings(home=home, database_url=url)) as found:
        assert found == url
    assert not (home / "postgres").exists()


def test_rasa_has_a_schema_of_its_own(database_url: str) -> None:
    database.prepare(database_url)
    with psycopg.connect(database_url.replace("+psycopg", "")) as connection:
        found = connection.execute("SELECT 1 FROM pg_namespace WHERE nspname = %s", [ENGINE_SCHEMA])
        assert found.fetchone()


def test_an_unreachable_database_is_one_line_without_the_password() -> None:
    (port,) = free_ports(1)
    with pytest.raises(PostgresError) as caught:
        database.check(f"postgresql+psycopg://me:s3cret@127.0.0.1:{port}/desk")
    line = str(caught.value)
    assert line.startswith("QINGTING_DATABASE_URL cannot be reached (postgresql+psycopg://me:***@127.0.0.1")
    assert "refused" in line
    assert "\n" not in line
    assert "s3cret" not in line


def test_two_desks_cannot_run_on_one_home(home: Path) -> None:
    code = f"""
import time
from pathlib import Path
from bot.runtime.home import held
with held(Path({str(home)!r}), "desk"):
    print("held", flush=True)
    time.sleep(60)
"""
    other = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert other.stdout is not None
    other.stdout.readline()
    try:
        with (
            pytest.raises(HomeInUseError, match=rf"^A desk already runs on .* \(process {other.pid}\)\.$"),
            held(home, "desk"),
        ):
            pass
    finally:
        other.kill()
        other.wait()
        other.stdout.close()
    with held(home, "desk"):
        pass  # a killed holder holds nothing
