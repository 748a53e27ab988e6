"""What is said elsewhere, brought by hand."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy.ext.asyncio import AsyncSession

from bot import settings
from bot.cli.session import in_transaction
from bot.opinion.reading import read
from ledger.policy import load_policy
from ledger.services import mentions
from ledger.services.mentions import TakenIn

app = typer.Typer(help="The opinion watch (舆情监测).", no_args_is_help=True)


@app.callback()
def _subject() -> None:
    """Have `import` be a word of its own, though it is the only one."""


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="CSV, JSON lines or XLSX.")],
    source: Annotated[str, typer.Option(help="The tool it comes from.")] = "import",
) -> None:
    """Take in a file of mentions; what was brought before changes nothing."""
    policy = load_policy(settings.load().policy)
    found = read(file.read_bytes(), zone=policy.organisation.time_zone)

    async def work(session: AsyncSession) -> TakenIn:
        return await mentions.import_file(
            session,
            source=source,
            mentions=found.mentions,
            staff=None,
            policy=policy,
            now=datetime.now(UTC),
        )

    taken = in_transaction(work)
    typer.echo(f"{taken.received} mentions: {taken.new} new, {taken.received - taken.new} known.")
    for fault in found.faults:
        typer.echo(str(fault), err=True)
    if found.faults:
        raise typer.Exit(1)
