"""Keeping a copy of the desk, and getting it back."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from bot import settings
from bot.runtime.backup import EVIDENCE
from bot.runtime.backup import backup as back_up
from bot.runtime.restore import Restored
from bot.runtime.restore import restore as put_back

MB = 1_000_000


def register(app: typer.Typer) -> None:
    """Add these commands to `app`."""
    for command in (backup, restore):
        app.command()(command)


def backup(file: Annotated[Path, typer.Argument(help="A new file, such as desk-2026-11-22.tar.")]) -> None:
    """Write database, evidence and policy to one file, while the desk works."""
    done = back_up(settings.load(), file, now=datetime.now(UTC))
    parts = done.manifest.parts
    files, size = sum(name.startswith(EVIDENCE) for name in parts), sum(part.size for part in parts.values())
    typer.echo(f"Backup written: {file} ({size / MB:.1f} MB, {files} files of evidence).")
    for name in done.damaged:
        typer.echo(f"Damaged on disk, and so in the backup: {name}", err=True)
    if done.damaged:
        raise typer.Exit(1)


def restore(
    file: Annotated[Path, typer.Argument(help="What `qingting backup` wrote.")],
    replace: Annotated[bool, typer.Option(help="Move aside the desk that is there.")] = False,
) -> None:
    """Put a backup into the data folder: checked, brought up to date, and the ledger proven."""
    found = settings.load()
    done = asyncio.run(put_back(found, file, replace=replace, now=datetime.now(UTC)))
    _tell(done, found.home)
    if done.broken is not None:
        broken = done.broken
        typer.echo(f"Broken at entry {broken.position} of {broken.book}: {broken.problem}", err=True)
        raise typer.Exit(1)
    typer.echo(f"The ledger is whole. Seal: {done.seal}")


def _tell(done: Restored, home: Path) -> None:
    manifest = done.manifest
    typer.echo(f"Restored to {home}: the desk of {manifest.made_at:%Y-%m-%d %H:%M:%S} UTC.")
    typer.echo(f"Every part was checked; written by version {manifest.version}, tables {manifest.revision}.")
    if done.moved_to is not None:
        typer.echo(f"What was there before is in {done.moved_to}.")
    if done.policy is not None:
        typer.echo(f"Its policy differs from yours: compare {done.policy}.")
