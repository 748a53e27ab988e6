"""The ledger as a whole: proving it and taking it away."""

import sys
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy.ext.asyncio import AsyncSession

from bot import export as writing
from bot.cli.session import in_transaction
from bot.desk import utc_now
from ledger.services import entries

app = typer.Typer(help="The ledger (台账).", no_args_is_help=True)


@app.command()
def verify(
    seal: Annotated[str | None, typer.Option(help="A seal printed by an earlier `verify`.")] = None,
) -> None:
    """Prove that no entry was changed, removed or put in; names the first broken link."""

    async def work(session: AsyncSession) -> tuple[entries.Broken | None, bool, str]:
        broken = await entries.verify(session)
        kept = seal is None or await entries.matches(session, seal)
        return broken, kept, await entries.seal(session)

    broken, kept, new_seal = in_transaction(work)
    if broken is not None:
        typer.echo(f"Broken at entry {broken.position} of {broken.book}: {broken.problem}", err=True)
        raise typer.Exit(1)
    if not kept:
        typer.echo("Broken: this is not the ledger that the seal was put on.", err=True)
        raise typer.Exit(1)
    typer.echo(f"The ledger is whole. Seal to keep elsewhere: {new_seal}")


@app.command()
def export(
    format: Annotated[writing.Format, typer.Option()] = writing.Format.JSONL,
    out: Annotated[Path | None, typer.Option(help="Default: standard output.")] = None,
) -> None:
    """Write every entry, oldest first, and into the ledger that it was taken away (playbook C6)."""

    async def work(session: AsyncSession) -> None:
        await entries.record(
            session,
            case=None,
            actor=entries.Actor.staff_or_command(None),
            action="ledger.exported",
            now=utc_now(),
            after={"format": format.value},
        )
        await session.flush()
        if out is None:
            await writing.export(session, format, sys.stdout.buffer)
            return
        with out.open("wb") as file:
            await writing.export(session, format, file)

    in_transaction(work)
