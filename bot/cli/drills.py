"""Playing a drill from the command line, and reading what came of it."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import httpx
import typer

from bot import settings
from bot.console.texts import texts
from bot.drills.player import Player
from bot.drills.report import markdown
from bot.runtime.database import for_command
from bot.runtime.errors import NoDeskError
from ledger.db import Database
from ledger.drill_book import DrillFile, read, shipped
from ledger.policy import load_policy
from ledger.services import drills
from ledger.views import drills as view
from ledger.vocabulary import Language

app = typer.Typer(help="Drills (模拟演练): incidents played through the running desk.", no_args_is_help=True)
SECONDS = 5


@app.command("list")
def list_(
    language: Annotated[Language, typer.Option(help="Of the names.")] = Language.ZH_HANS,
) -> None:
    """The drills that come with the product: file, name, how long they take to play."""
    for path in shipped():
        drill = read(path).drill
        typer.echo(
            f"{path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path}\t"
            f"{drill.names[language]}\t{drill.takes}"
        )


@app.command()
def run(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A drill file, such as drills/day_315.yml.")],
    cast: Annotated[
        bool, typer.Option("--cast", help="Play the staff too: nobody of the real people is told.")
    ] = False,
    language: Annotated[Language, typer.Option(help="Of the report.")] = Language.ZH_HANS,
    out: Annotated[Path | None, typer.Option(help="Where to write the report too.")] = None,
) -> None:
    """Play a drill on the running desk, and print its timed report against the plan."""
    played, found = read(file), settings.load()
    _answers(found.address)
    with for_command(found) as url:
        told = asyncio.run(_run(found, url, played, cast=cast, language=language))
    typer.echo(told)
    if out is not None:
        out.write_text(told + "\n", encoding="utf-8")


def _answers(address: str) -> None:
    try:
        httpx.get(f"{address}/healthz", timeout=SECONDS, trust_env=False).raise_for_status()
    except httpx.HTTPError:
        raise NoDeskError(
            f"No desk answers at {address}. Start it with `make run`; a drill is played on it."
        ) from None


async def _run(found: settings.Settings, url: str, file: DrillFile, *, cast: bool, language: Language) -> str:
    database, policy = Database(url, pool_size=4), load_policy(found.policy)
    try:
        async with database.transaction() as session:
            begun = await drills.begin(session, file=file, cast=cast, by=None, now=_now())
        typer.echo(f"{file.drill.names[language]}: {file.drill.takes}", err=True)
        await Player(file, begun, found.address, database, policy, _now).play()
        async with database.transaction() as session:
            line = await view.drill(session, begun.id)
        return markdown(line, texts(language)) if line else ""
    finally:
        await database.close()


def _now() -> datetime:
    return datetime.now(UTC)
