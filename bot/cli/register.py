"""The customer register (客户档案)."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy.ext.asyncio import AsyncSession

from bot import settings
from bot.cli.session import in_transaction
from bot.decoding import decoded
from ledger.policy import load_policy
from ledger.services import register_file

app = typer.Typer(help="The customer register (客户档案).", no_args_is_help=True)


@app.callback()
def register() -> None:
    """The customer register (客户档案)."""


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="CSV: name, phone, email, language, consent.")],
) -> None:
    """Take customers over who have agreed; names every line it leaves out, and then ends with 1."""

    async def work(session: AsyncSession) -> register_file.Imported:
        return await register_file.import_customers(
            session,
            text=decoded(file.read_bytes()),
            by=None,
            policy=load_policy(settings.load().policy),
            now=datetime.now(UTC),
        )

    taken = in_transaction(work)
    typer.echo(f"{taken.new} new, {taken.known} brought up to date")
    for line, why in taken.faults:
        typer.echo(f"line {line}: {why}", err=True)
    if taken.faults:
        raise typer.Exit(1)
