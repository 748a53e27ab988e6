"""The disk fills up under a desk at work, and there is room again (docs/operations.md)."""

import asyncio
import shutil
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from pathlib import Path

import httpx
import psycopg
import pytest

from bot.evidence import Evidence, File, NotKept
from bot.runtime import parts
from bot.runtime.database import prepare
from bot.runtime.postgres import DATABASE, EmbeddedServer
from bot.runtime.supervisor import Supervisor
from tests.desk_process import Customer, DeskProcess, SlowEngine, query, slow_engine

SIZE = "150m"
RESERVE = "60"
PHOTO = b"\x89PNG\r\n\x1a\n" + b"0" * 2_000_000
LONG = "洗衣机又漏水了。" * 400
SECONDS = 60


@pytest.fixture
def small_disk() -> Iterator[Path]:
    """A disk of its own, a small one."""
    place = Path(tempfile.mkdtemp(prefix="qt-"))
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "qingting-test", str(place)], capture_output=True
    )
    if mounted.returncode != 0:
        place.rmdir()
        pytest.skip("only an account that may mount can make a disk to fill")
    place.chmod(0o755)
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)
    shutil.rmtree(place, ignore_errors=True)


class Filler:
    """What takes the room."""

    def __init__(self, disk: Path) -> None:
        self._file = disk / "filler"

    def fill(self) -> None:
        """Until not a byte is left."""
        with self._file.open("ab", buffering=0) as file, suppress(OSError):
            while True:
                file.write(bytes(4096))

    def go(self) -> None:
        """Make room."""
        self._file.unlink(missing_ok=True)


@pytest.fixture
async def engine() -> AsyncIterator[SlowEngine]:
    async with slow_engine() as one:
        yield one


@pytest.fixture
async def database_on_it(small_disk: Path) -> AsyncIterator[str]:
    """A database on the small disk, started again when it dies, as `qingting run` does."""
    server, supervisor = EmbeddedServer(small_disk / "postgres"), Supervisor(print)
    server.prepare()
    await supervisor.start(parts.postgres(server))
    server.ensure_database(DATABASE)
    prepare(server.url())
    yield server.url()
    Filler(small_disk).go()
    await supervisor.stop()


@pytest.fixture
async def desk(small_disk: Path, database_on_it: str, engine: SlowEngine) -> AsyncIterator[DeskProcess]:
    """A desk with all it has on that disk."""
    one = DeskProcess(small_disk / "home", database_on_it, engine.url, QINGTING_DISK_RESERVE=RESERVE)
    yield await one.ready()
    await one.close()


async def test_a_full_disk_loses_nothing_and_the_desk_comes_back_by_itself(
    desk: DeskProcess, small_disk: Path, database_on_it: str, engine: SlowEngine
) -> None:
    filler = Filler(small_disk)
    early = await desk.visitor()
    await early.says(desk, "你好", "first")
    assert (await desk.client.get("/readyz")).json()["warnings"] == ["nobody_on_duty"]
    filler.fill()
    ready = (await desk.client.get("/readyz")).json()
    assert "disk_nearly_full" in ready["warnings"]
    await _no_file_is_half_taken(desk, early, small_disk)
    accepted, refused = await _until_refused(desk, early)
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.json()["code"] == "unavailable"
    _kill_by_fullness(database_on_it)
    await asyncio.sleep(3)  # it is started again, on a full disk
    filler.go()
    await desk.ready(SECONDS)
    assert (await _insists(desk, early, "last")).status_code == 202
    texts = query(database_on_it, "SELECT client_id FROM messages WHERE author = 'customer' ORDER BY id")
    assert [client_id for (client_id,) in texts] == ["first", *accepted, "last"]
    await early.hears(desk, len(accepted) + 2, SECONDS)
    answers = query(database_on_it, "SELECT count(*) FROM messages WHERE author = 'bot' GROUP BY reply_to_id")
    assert set(answers) == {(1,)}


async def _no_file_is_half_taken(desk: DeskProcess, visitor: Customer, disk: Path) -> None:
    sent = await desk.client.post(
        "/api/v1/chat/files", files={"file": ("crack.png", PHOTO)}, headers=visitor.headers
    )
    assert (sent.status_code, sent.json()["code"]) == (503, "storage_full")
    assert _files(disk / "home" / "evidence") == []


async def _until_refused(desk: DeskProcess, visitor: Customer) -> tuple[list[str], httpx.Response]:
    accepted: list[str] = []
    for number in range(3000):
        answer = await visitor.says(desk, LONG[:3000], f"n{number}")
        if answer.status_code == httpx.codes.TOO_MANY_REQUESTS:
            await asyncio.sleep(0.1)
            continue
        if answer.status_code != httpx.codes.ACCEPTED:
            return accepted, answer
        accepted.append(f"n{number}")
    raise AssertionError("the disk did not get full")


def _kill_by_fullness(url: str) -> None:
    """Write ahead until there is nowhere to write: PostgreSQL then gives up as a whole."""
    a_megabyte = "SELECT pg_logical_emit_message(false, 'filling', repeat('x', 1000000))"
    with pytest.raises(psycopg.Error):
        query(url, ";".join([a_megabyte] * 200))
    with pytest.raises(psycopg.OperationalError):
        query(url, "SELECT pg_sleep(20)")


async def _insists(desk: DeskProcess, visitor: Customer, client_id: str) -> httpx.Response:
    for _ in range(120):
        answer = await visitor.says(desk, "还在吗", client_id)
        if answer.status_code == httpx.codes.ACCEPTED:
            return answer
        await asyncio.sleep(0.5)
    return answer


async def test_a_file_that_finds_no_room_leaves_nothing(small_disk: Path) -> None:
    Filler(small_disk).fill()
    with pytest.raises(NotKept):
        await Evidence(small_disk / "evidence").keep(File("crack.png", "image/png", PHOTO))
    assert _files(small_disk) == [small_disk / "filler"]


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]
