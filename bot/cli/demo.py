"""Filling a new desk with a month that never was."""

import asyncio
import secrets
from datetime import UTC, datetime

import typer

from bot import settings
from bot.demo import Filled, fill
from bot.runtime.database import for_command
from ledger.db import Database
from ledger.policy import load_policy


def register(app: typer.Typer) -> None:
    """Add this command to `app`."""
    app.command()(demo)


def demo() -> None:
    """Fill a new desk with a believable month of complaints, and staff to look at them with."""
    found = settings.load()
    password = secrets.token_urlsafe(9)
    with for_command(found) as url:
        filled = asyncio.run(_fill(found, url, password))
    if not filled.cases:
        typer.echo("The demo's month is on this desk already.")
        return
    typer.echo(f"{filled.cases} cases. Everybody signs in at {found.address}/desk with {password}:")
    typer.echo("  " + ", ".join(filled.usernames))


async def _fill(found: settings.Settings, url: str, password: str) -> Filled:
    database = Database(url, pool_size=1)
    try:
        policy = load_policy(found.policy)
        return await fill(database, policy=policy, password=password, now=datetime.now(UTC))
    finally:
        await database.close()
