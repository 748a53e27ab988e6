"""`qingting backup`: the embedded database, the evidence and the policy in one file, while the desk works.

The database is dumped first, in one snapshot: a file of evidence is on disk before its row is, so every row
of the dump finds its file.
"""

import os
import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Final

import psycopg

from bot.runtime import archive
from bot.runtime.archive import Manifest
from bot.runtime.database import for_command, plain
from bot.runtime.errors import BackupError
from bot.runtime.postgres import run_program
from bot.settings import Settings

DATABASE: Final = "database.dump"
POLICY: Final = "policy.yml"
EVIDENCE: Final = "evidence"
# Updates of the platform that nobody could take yet.
SET_ASIDE: Final = "telegram"
KEPT_UNDER_ITS_HASH: Final = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class BackedUp:
    """A complete backup. ``damaged``: files of evidence whose content is no longer what their name says."""

    manifest: Manifest
    damaged: tuple[str, ...]


def backup(settings: Settings, file: Path, *, now: datetime) -> BackedUp:
    """Write a backup to `file`, which is not there before it is complete, and for its owner only.

    Raises BackupError when `file` exists, cannot be written, or the database is not the embedded one;
    PostgresError when it cannot be reached.
    """
    refuse_foreign(settings)
    file = file.expanduser().absolute()
    if file.exists():
        raise BackupError(f"{file} is there already, and is left as it is.")
    try:
        with tempfile.TemporaryDirectory(dir=file.parent, prefix=f".{file.name}.") as place:
            unfinished = Path(place) / file.name
            done = _write(settings, unfinished, now)
            unfinished.rename(file)
            _make_sure(file.parent)
    except OSError as error:
        raise BackupError(f"{file} cannot be written: {error.strerror or error}.") from None
    return done


def refuse_foreign(settings: Settings) -> None:
    """Raise BackupError when the database is not ours to copy."""
    if settings.database_url is not None:
        raise BackupError(
            "QINGTING_DATABASE_URL names a database of your own: use pg_dump and pg_restore for it, "
            f"and copy {settings.home / EVIDENCE} after it."
        )


def _write(settings: Settings, file: Path, now: datetime) -> BackedUp:
    dump = file.with_name(DATABASE)
    with for_command(settings) as url:
        revision = _revision(url)
        run_program("pg_dump", f"--dbname={plain(url)}", "--format=custom", f"--file={dump}")
    damaged = []
    with archive.Writer(file) as writer:
        file.chmod(archive.OWNER_ONLY)
        writer.add(DATABASE, dump)
        writer.add(POLICY, settings.policy)
        for name, path in _files(settings.home):
            try:
                part = writer.add(name, path)
            except FileNotFoundError:
                continue  # an update that was set aside, and taken meanwhile
            if name.startswith(EVIDENCE) and part.sha256 != path.name:
                damaged.append(name)
        manifest = writer.finish(made_at=now, version=version("qingting"), revision=revision)
    _make_sure(file)
    return BackedUp(manifest, tuple(damaged))


def _files(home: Path) -> Iterator[tuple[str, Path]]:
    for path in sorted((home / EVIDENCE).rglob("*")):
        if KEPT_UNDER_ITS_HASH.fullmatch(path.name):
            yield path.relative_to(home).as_posix(), path
    for path in sorted((home / SET_ASIDE).rglob("*")):
        if path.is_file():
            yield path.relative_to(home).as_posix(), path


def _revision(url: str) -> str:
    with psycopg.connect(plain(url)) as connection:
        found = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    return str(found[0]) if found else ""


def _make_sure(path: Path) -> None:
    """Have the disk keep it."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
