"""The list of contacts outside (联络名录)."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy.ext.asyncio import AsyncSession

from bot.cli.session import in_transaction
from bot.console.texts import texts
from bot.decoding import decoded
from ledger.errors import BadLines, UnreadableFile
from ledger.services import contacts_file
from ledger.services.outside_contacts import FIELDS
from ledger.vocabulary import Language

app = typer.Typer(help="The list of contacts outside (联络名录).", no_args_is_help=True)


@app.callback()
def _subject() -> None:
    """Have `import` be a word of its own, though it is the only one."""


@app.command("import")
def import_(file: Annotated[Path, typer.Argument(help=f"CSV: {', '.join(FIELDS)}.")]) -> None:
    """Take contacts over from a file; a faulty line is named, nothing is taken, and it ends with 1."""
    text = _text(file)

    async def work(session: AsyncSession) -> contacts_file.Imported:
        return await contacts_file.import_contacts(session, text=text, by=None, now=datetime.now(UTC))

    try:
        taken = in_transaction(work)
    except BadLines as refused:
        say = texts(Language.EN)
        for line, code in refused.faults:
            what, _, name = code.partition(":")
            typer.echo(
                say("faults.line", line=line, what=say.word("fault", what), name=name).strip(), err=True
            )
        typer.echo("nothing was taken", err=True)
        raise typer.Exit(1) from None
    typer.echo(f"{taken.new} new, {taken.known} written anew")


def _text(file: Path) -> str:
    try:
        return decoded(file.read_bytes())
    except OSError as error:
        raise UnreadableFile(f"{file}: {error.strerror}") from None
