"""`qingting restore`: a backup becomes a data folder again, checked before anything is touched.

All is made ready beside what is there and moved into place at the end; what was there is moved aside, never
deleted.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from bot.runtime import archive
from bot.runtime.archive import Manifest
from bot.runtime.backup import DATABASE, EVIDENCE, POLICY, SET_ASIDE, refuse_foreign
from bot.runtime.database import plain, prepare
from bot.runtime.errors import BackupError
from bot.runtime.home import held
from bot.runtime.postgres import EmbeddedServer, run_program
from bot.settings import Settings
from ledger.db import Database
from ledger.migrate import check_known
from ledger.services import entries
from ledger.services.entries import Broken

POSTGRES: Final = "postgres"
FOLDERS: Final = (POSTGRES, EVIDENCE, SET_ASIDE)
STAGING: Final = "restoring"
POLICY_KEPT_AS: Final = "policy.restored.yml"


@dataclass(frozen=True, slots=True)
class Restored:
    """What was put back, and where what was there before lies now. ``broken``: the ledger's first fault."""

    manifest: Manifest
    broken: Broken | None
    seal: str
    moved_to: Path | None
    policy: Path | None


async def restore(settings: Settings, file: Path, *, replace: bool, now: datetime) -> Restored:
    """Put the backup in `file` into the data folder.

    Raises BackupError when it is damaged, or the folder is not empty and may not be replaced; SchemaTooNew
    when it is of a newer release; HomeInUseError while a desk runs; PostgresError.
    """
    refuse_foreign(settings)
    manifest = archive.check(file)
    check_known(manifest.revision)
    with held(settings.home, "command"):
        there = [name for name in FOLDERS if (settings.home / name).exists()]
        if there and not replace:
            raise BackupError(
                f"{settings.home} holds a desk already: name another QINGTING_HOME, or add --replace."
            )
        with _staging(settings.home) as staging:
            archive.unpack(file, staging)
            broken, seal = await _load(settings, staging)
            moved_to = _move_aside(settings.home, there, now)
            for name in FOLDERS:
                if (staging / name).exists():
                    (staging / name).rename(settings.home / name)
            policy = _keep_policy(settings, staging / POLICY)
    return Restored(manifest, broken, seal, moved_to, policy)


@contextmanager
def _staging(home: Path) -> Iterator[Path]:
    staging = home / STAGING
    shutil.rmtree(staging, ignore_errors=True)
    staging.mkdir(mode=0o700)
    try:
        yield staging
    finally:
        shutil.rmtree(staging, ignore_errors=True)


async def _load(settings: Settings, staging: Path) -> tuple[Broken | None, str]:
    """Load the dump into a new database, bring it up to date, and read the ledger."""
    with EmbeddedServer(staging / POSTGRES, log=settings.logs / "postgres.log") as server:
        url, jobs = server.url(), str(os.cpu_count() or 1)
        run_program(
            "pg_restore", f"--dbname={plain(url)}", "--exit-on-error", "--jobs", jobs, str(staging / DATABASE)
        )
        prepare(url)
        return await _verified(url)


async def _verified(url: str) -> tuple[Broken | None, str]:
    database = Database(url, pool_size=1)
    try:
        async with database.transaction() as session:
            return await entries.verify(session), await entries.seal(session)
    finally:
        await database.close()


def _move_aside(home: Path, there: list[str], now: datetime) -> Path | None:
    if not there:
        return None
    aside = home / f"replaced-{now:%Y%m%dT%H%M%S}"
    aside.mkdir()
    for name in there:
        (home / name).rename(aside / name)
    return aside


def _keep_policy(settings: Settings, kept: Path) -> Path | None:
    """The policy that is in force stays; where the backup's differs, it is laid beside for comparison."""
    if settings.policy.exists() and settings.policy.read_bytes() == kept.read_bytes():
        return None
    return kept.rename(settings.home / POLICY_KEPT_AS)
