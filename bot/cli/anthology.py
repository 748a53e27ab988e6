"""The case anthology as a book."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy.ext.asyncio import AsyncSession

from bot import anthology, settings
from bot.cli.session import in_transaction
from bot.console.texts import texts
from ledger.policy import load_policy
from ledger.views.anthology import Story, published
from ledger.vocabulary import Language

app = typer.Typer(help="The case anthology (案例选编).", no_args_is_help=True)


@app.callback()
def _subject() -> None:
    """Have `export` be a word of its own, though it is the only one."""


@app.command()
def export(
    file: Annotated[Path, typer.Argument(dir_okay=False, help="Where to write it.")],
    format: Annotated[anthology.Format, typer.Option()] = anthology.Format.PDF,
    language: Annotated[Language, typer.Option(help="Of the headings.")] = Language.ZH_HANS,
) -> None:
    """Write every published case as a book."""

    async def work(session: AsyncSession) -> list[Story]:
        return await published(session)

    stories = in_transaction(work)
    zone = load_policy(settings.load().policy).organisation.time_zone
    day = datetime.now(UTC).astimezone(zone).date()
    file.write_bytes(anthology.book(stories, texts(language), day=day, format=format))
    typer.echo(f"{len(stories)} cases written to {file}.")
