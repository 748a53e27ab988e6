"""The embedded PostgreSQL: its life, its death, and what its files may meet."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from bot.runtime.errors import PostgresError
from bot.runtime.postgres import DATABASE, ROLE, SOCKET_FILE, EmbeddedServer, socket_folder
from bot.runtime.processes import alive

FAST = {"fsync": "off"}


@pytest.fixture
def place() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="qt-"))
    yield folder
    shutil.rmtree(folder)


def connect(server: EmbeddedServer) -> psycopg.Connection[tuple[object, ...]]:
    return psycopg.connect(host=str(server.socket_dir), user=ROLE, dbname=DATABASE)


def wait_until_gone(pid: int) -> None:
    until = time.monotonic() + 20
    while alive(pid):
        assert time.monotonic() < until
        time.sleep(0.02)


def test_what_was_committed_is_there_after_the_server_was_killed(place: Path) -> None:
    with EmbeddedServer(place / "pg") as server:
        with connect(server) as connection:
            connection.execute("CREATE TABLE said (word text)")
            connection.execute("INSERT INTO said VALUES ('听')")
        pid = server.pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        server.stop()
        assert not server.answers()
        server.start()
        with connect(server) as connection:
            assert connection.execute("SELECT word FROM said").fetchall() == [("听",)]


def test_a_server_left_behind_is_ended_by_the_next_start(place: Path) -> None:
    left_behind = EmbeddedServer(place / "pg", settings=FAST)
    left_behind.start()
    pid = left_behind.pid
    with EmbeddedServer(place / "pg", settings=FAST) as server:
        assert server.pid not in (None, pid)


def test_a_stale_process_number_of_somebody_else_stops_nothing_and_nobody(place: Path) -> None:
    server = EmbeddedServer(place / "pg", settings=FAST)
    server.start()
    server.stop()
    innocent = subprocess.Popen(["sleep", "60"])
    (place / "pg" / "postmaster.pid").write_text(f"{innocent.pid}\n{place / 'pg'}\n1\n5432\n\n\n\n\n")
    try:
        with server:
            assert server.answers()
        assert innocent.poll() is None
    finally:
        innocent.kill()
        innocent.wait()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the kernel's help is Linux only")
def test_the_server_does_not_outlive_a_killed_owner(place: Path) -> None:
    code = f"""
import time
from pathlib import Path
from bot.runtime.postgres import EmbeddedServer
server = EmbeddedServer(Path({str(place / "pg")!r}))
server.start()
print(server.pid, flush=True)
time.sleep(60)
"""
    owner = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert owner.stdout is not None
    pid = int(owner.stdout.readline())
    owner.kill()
    owner.wait()
    owner.stdout.close()
    wait_until_gone(pid)


def test_it_listens_on_no_port_and_admits_nobody_else(place: Path) -> None:
    with EmbeddedServer(place / "pg", settings=FAST) as server:
        with connect(server) as connection:
            assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
        assert (place / "pg" / "pg_hba.conf").read_text() == "local all all peer map=desk\n"
        assert server.socket_dir.stat().st_mode & 0o077 == 0


def test_a_deep_folder_gets_a_short_socket_path(place: Path) -> None:
    deep = place / ("long" * 30) / "pg"
    assert len(os.fsencode(socket_folder(deep) / SOCKET_FILE)) <= 103
    deep.parent.mkdir()
    with EmbeddedServer(deep, settings=FAST) as server:
        assert server.answers()
    shutil.rmtree(server.socket_dir)


def test_an_interrupted_initdb_leaves_nothing_that_looks_finished(place: Path) -> None:
    (place / "pg.new").mkdir()
    (place / "pg.new" / "PG_VERSION").write_text("18\n")
    with EmbeddedServer(place / "pg", settings=FAST) as server:
        assert server.answers()


def test_files_of_another_version_are_refused_in_one_line(place: Path) -> None:
    (place / "pg").mkdir()
    (place / "pg" / "PG_VERSION").write_text("16\n")
    with pytest.raises(PostgresError, match="holds a database of PostgreSQL 16; this release has 18"):
        EmbeddedServer(place / "pg").start()


def test_a_server_that_cannot_start_says_why_in_one_line(place: Path) -> None:
    broken = EmbeddedServer(place / "pg", settings={"shared_buffers": "lots"})
    with pytest.raises(PostgresError, match=r"PostgreSQL did not start: .*shared_buffers") as caught:
        broken.start()
    assert "\n" not in str(caught.value)
    assert broken.pid is None
