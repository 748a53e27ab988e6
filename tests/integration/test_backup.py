"""A backup is worth what comes back of it: it is put back here, and compared (docs/operations.md)."""

import asyncio
import json
import os
import stat
import subprocess
import sys
import tarfile
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import IO, Any

import psycopg
import pytest
from psycopg import sql

from bot.runtime import archive, database
from bot.runtime.backup import backup
from bot.runtime.database import plain, prepare
from bot.runtime.errors import BackupError, HomeInUseError
from bot.runtime.home import held
from bot.runtime.postgres import EmbeddedServer
from bot.runtime.restore import Restored, restore
from bot.settings import PROJECT, Settings
from ledger import queue
from ledger.migrate import SchemaTooNew
from tests.served_desk import ServedDesk, Visitor, serving
from tests.stand_ins import eventually

NOW = datetime(2026, 11, 22, 4, tzinfo=UTC)
PHOTO = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40
GREETING = "你好,洗衣机又漏水了"


@pytest.fixture
def settings(home: Path) -> Settings:
    return Settings(home=home)


@pytest.fixture
def elsewhere(home: Path) -> Settings:
    """A data folder that nobody used yet."""
    return Settings(home=home.with_name("elsewhere"))


@pytest.fixture
def file(home: Path) -> Path:
    return home.with_name("desk.tar")


@pytest.fixture
def running(settings: Settings) -> Iterator[EmbeddedServer]:
    """The database of a desk that runs."""
    server = database.embedded(settings)
    with held(settings.home, "desk"), server:
        prepare(server.url())
        yield server


@pytest.fixture
async def desk(settings: Settings, running: EmbeddedServer) -> AsyncIterator[ServedDesk]:
    """A desk at work, with somebody to look after it, a photo, and words in flight."""
    async with serving(running.url(), settings.home) as served:
        await served.staff()
        await _with_a_photo(await served.visitor())
        yield served


async def _with_a_photo(visitor: Visitor) -> None:
    await visitor.says(GREETING, "m1")
    sent = await visitor.served.client.post(
        "/api/v1/chat/files", files={"file": ("crack.png", PHOTO)}, headers=visitor.header
    )
    assert sent.status_code == 202
    await visitor.reads_until(4)


async def test_what_is_put_back_is_what_was_there(
    desk: ServedDesk, settings: Settings, elsewhere: Settings, file: Path
) -> None:
    # The queue goes on by itself; all else stands still.
    await eventually(lambda: not rows(url_of(settings))["procrastinate_jobs"])
    before = rows(url_of(settings))
    backup(settings, file, now=NOW)
    done = await restore(elsewhere, file, replace=False, now=NOW)
    assert done.broken is None
    assert done.manifest.made_at == NOW
    with database.embedded(elsewhere) as server:
        after = rows(server.url())
    changing = {"procrastinate_workers", "procrastinate_events"}
    assert {name for name in before if before[name] != after.get(name)} <= changing
    assert before["entries"]
    assert evidence(settings.home) == evidence(elsewhere.home) != {}
    assert set(evidence(settings.home).values()) == {PHOTO}


async def test_the_desk_goes_on_from_what_was_put_back(
    desk: ServedDesk, settings: Settings, elsewhere: Settings, file: Path
) -> None:
    visitor = await desk.visitor()
    await visitor.says("你好", "m1")
    said = len(await visitor.reads_until(2))
    async with desk.desk.database.transaction() as session:
        soon = datetime.now(UTC) + timedelta(seconds=1)
        await queue.defer(session, queue.CLOCK_DUE, at=soon, clock_id=404)
    backup(settings, file, now=NOW)
    await restore(elsewhere, file, replace=False, now=NOW)
    with database.embedded(elsewhere) as server:
        assert len(rows(server.url())["procrastinate_jobs"]) == 1
        async with serving(server.url(), elsewhere.home) as again:
            back = Visitor(again, visitor.token, visitor.conversation)
            assert len(await back.reads()) == said
            await back.says("还在吗", "m2")
            assert len(await back.reads_until(said + 2)) == said + 2
            # What fell due meanwhile is done.
            await eventually(lambda: not rows(server.url(), "todo")["procrastinate_jobs"])


async def test_messages_that_come_in_meanwhile_do_not_disturb_it(
    desk: ServedDesk, settings: Settings, elsewhere: Settings, file: Path
) -> None:
    visitor = await desk.visitor()

    async def talk() -> None:
        for number in range(20):
            await visitor.says("还有一点", f"n{number}")

    talking = asyncio.create_task(talk())
    await asyncio.to_thread(_command, settings, "backup", str(file))
    await talking
    done = await restore(elsewhere, file, replace=False, now=NOW)
    assert done.broken is None


def test_without_a_running_desk_the_database_is_started_for_it(
    settings: Settings, elsewhere: Settings, file: Path
) -> None:
    assert "Backup written" in _command(settings, "backup", str(file))
    said = _command(elsewhere, "restore", str(file))
    assert said.splitlines()[0].startswith(f"Restored to {elsewhere.home}: the desk of ")
    assert said.splitlines()[-1].startswith("The ledger is whole. Seal: 0:")
    assert not database.embedded(elsewhere).answers()
    assert sorted(path.name for path in elsewhere.home.iterdir()) == ["lock", "logs", "postgres"]


def test_it_is_for_its_owner_only_and_overwrites_nothing(settings: Settings, file: Path) -> None:
    backup(settings, file, now=NOW)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    before = file.read_bytes()
    with pytest.raises(BackupError, match="is there already"):
        backup(settings, file, now=NOW)
    assert file.read_bytes() == before


def test_one_that_fails_leaves_nothing_behind(settings: Settings, file: Path) -> None:
    broken = Settings(home=settings.home, policy=settings.home / "no-policy.yml")
    with pytest.raises(BackupError, match="No such file"):
        backup(broken, file, now=NOW)
    assert [path.name for path in file.parent.iterdir()] == [settings.home.name]


@pytest.mark.parametrize("damage", ["cut", "changed", "smuggled", "no tar"])
async def test_a_damaged_file_is_refused_before_anything_is_touched(
    settings: Settings, elsewhere: Settings, file: Path, damage: str
) -> None:
    backup(settings, file, now=NOW)
    DAMAGES[damage](file)
    with pytest.raises(BackupError):
        await restore(elsewhere, file, replace=False, now=NOW)
    assert not (elsewhere.home / "postgres").exists()


async def test_one_of_a_newer_release_is_refused(settings: Settings, elsewhere: Settings, file: Path) -> None:
    backup(settings, file, now=NOW)
    _rewrite(file, lambda manifest: manifest.update(revision="9999"))
    with pytest.raises(SchemaTooNew):
        await restore(elsewhere, file, replace=False, now=NOW)


async def test_what_is_there_is_replaced_only_when_told_and_is_kept(settings: Settings, file: Path) -> None:
    backup(settings, file, now=NOW)
    with pytest.raises(BackupError, match="--replace"):
        await restore(settings, file, replace=False, now=NOW)
    done = await restore(settings, file, replace=True, now=NOW)
    assert done.moved_to is not None
    assert (done.moved_to / "postgres" / "PG_VERSION").exists()
    assert (settings.home / "postgres" / "PG_VERSION").exists()


async def test_a_running_desk_is_not_replaced(
    running: EmbeddedServer, settings: Settings, file: Path
) -> None:
    backup(settings, file, now=NOW)
    with pytest.raises(HomeInUseError):
        await restore(settings, file, replace=True, now=NOW)


async def test_a_policy_of_its_own_is_laid_beside_the_one_in_force(
    settings: Settings, elsewhere: Settings, file: Path, tmp_path: Path
) -> None:
    policy = tmp_path / "policy.yml"
    policy.write_bytes(settings.policy.read_bytes() + b"\n# ours\n")
    backup(Settings(home=settings.home, policy=policy), file, now=NOW)
    done: Restored = await restore(elsewhere, file, replace=False, now=NOW)
    assert done.policy is not None
    assert done.policy.read_bytes() == policy.read_bytes()


def test_evidence_that_rotted_on_disk_is_told(settings: Settings, file: Path) -> None:
    rotten = settings.home / "evidence" / "ab" / ("ab" * 32)
    rotten.parent.mkdir(parents=True)
    rotten.write_bytes(b"not what it was")
    assert backup(settings, file, now=NOW).damaged == (f"evidence/ab/{'ab' * 32}",)


def test_a_database_of_ones_own_has_tools_of_its_own(home: Path, file: Path) -> None:
    foreign = Settings(home=home, database_url="postgresql://db.example/desk")
    with pytest.raises(BackupError, match="pg_dump"):
        backup(foreign, file, now=NOW)


def rows(url: str, status: str = "") -> dict[str, list[str]]:
    """Every row of every table, as text, by the table's name; of the queue perhaps those of one status."""
    found = {}
    with psycopg.connect(plain(url)) as connection:
        names = connection.execute(
            "SELECT schemaname, tablename FROM pg_tables WHERE schemaname IN ('public', 'engine')"
        ).fetchall()
        for schema, name in names:
            query = sql.SQL("SELECT t::text FROM {} AS t").format(sql.Identifier(schema, name))
            texts = [str(row[0]) for row in connection.execute(query).fetchall()]
            found[name] = sorted(text for text in texts if status in text)
    return found


def evidence(home: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (home / "evidence").rglob("*") if path.is_file()}


def url_of(settings: Settings) -> str:
    return database.embedded(settings).url()


def _command(settings: Settings, *arguments: str) -> str:
    """What a `qingting` command prints."""
    done = subprocess.run(
        [sys.executable, "-m", "bot", *arguments],
        env={**os.environ, "QINGTING_HOME": str(settings.home)},
        cwd=PROJECT,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def _cut(file: Path) -> None:
    os.truncate(file, file.stat().st_size // 2)


def _change(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[5000] ^= 1
    file.write_bytes(content)


def _smuggle(file: Path) -> None:
    with tarfile.open(file, "a") as tar:
        tar.addfile(tarfile.TarInfo("../outside"))


def _no_tar(file: Path) -> None:
    file.write_bytes(b"hello")


DAMAGES: dict[str, Callable[[Path], None]] = {
    "cut": _cut,
    "changed": _change,
    "smuggled": _smuggle,
    "no tar": _no_tar,
}


def _rewrite(file: Path, change: Callable[[dict[str, Any]], None]) -> None:
    """The same archive with another manifest."""
    with tarfile.open(file) as old:
        parts: list[tuple[tarfile.TarInfo, IO[bytes] | None]] = [(one, old.extractfile(one)) for one in old]
        copy = file.with_suffix(".new")
        with tarfile.open(copy, "w") as new:
            for entry, content in parts:
                assert content is not None
                if entry.name == archive.MANIFEST:
                    manifest = json.load(content)
                    change(manifest)
                    changed = json.dumps(manifest).encode()
                    entry.size = len(changed)
                    content = BytesIO(changed)
                new.addfile(entry, content)
    copy.replace(file)
