"""Benchmarks, each comparing side by side in one run (docs/measurements.md)."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from bot import settings
from bot.bench.assistant import bench_assistant
from bot.bench.chats import bench_chats
from bot.bench.desk import bench_desk
from bot.bench.growth import SMALL, bench_growth
from bot.bench.messages import bench_messages
from bot.runtime.steps import Steps
from ledger.policy import load_policy

app = typer.Typer(help="Measure, side by side in one run.", no_args_is_help=True)

Texts = Annotated[Path, typer.Argument(exists=True, dir_okay=False, help='Lines of {"id", "text"}.')]
Limit = Annotated[int | None, typer.Option(min=2, help="Only so many of the lines.")]
AtOnce = Annotated[int, typer.Option(min=1, help="How many customers write at the same time.")]


@app.command()
def messages(file: Texts, limit: Limit = None, at_once: AtOnce = 1) -> None:
    """Every line to the running desk, each in a conversation of its own, beside the bare engine."""
    report = asyncio.run(bench_messages(settings.load(), file, limit=limit, concurrency=at_once))
    typer.echo("\n".join(report.lines()))


@app.command()
def assistant(file: Texts, limit: Limit = None, at_once: AtOnce = 1) -> None:
    """Every line as a turn of the engine alone: our pipeline beside Rasa's stock one."""
    compared = asyncio.run(bench_assistant(settings.load(), file, limit=limit, at_once=at_once))
    typer.echo("\n".join(compared.lines()))


@app.command()
def chats(
    number: Annotated[
        int, typer.Option("--chats", min=20, help="How many are open at the same time.")
    ] = 2000,
) -> None:
    """So many open web chats on a desk of this command's own: memory, files, processor, times."""
    steps = Steps()
    with steps.shown():
        report = asyncio.run(bench_chats(settings.load(), chats=number, steps=steps))
    typer.echo("\n".join(report.lines()))


@app.command()
def desk(
    file: Texts,
    limit: Limit = None,
    at_once: Annotated[str, typer.Option(help="So many customers at the same time; a table each.")] = "1,24",
    rounds: Annotated[int, typer.Option(min=1, help="How often the lines are sent.")] = 1,
    engines: Annotated[str, typer.Option(help="A desk for each of these numbers of engines.")] = "1",
    desks: Annotated[int, typer.Option(min=1, max=2, help="Desk processes of each.")] = 1,
    stock: Annotated[
        bool, typer.Option(help="Rasa's stock pipeline beside them, trained if need be.")
    ] = True,
) -> None:
    """Every line to whole desks of this command's own, beside Rasa's stock pipeline without a desk."""
    steps = Steps()

    async def measure() -> None:
        reports = bench_desk(
            settings.load(),
            file,
            limit=limit,
            rounds=rounds,
            at_once=_numbers(at_once),
            engines=_numbers(engines),
            desks=desks,
            beside_stock=stock,
            steps=steps,
        )
        async for report in reports:
            typer.echo("\n".join([*report.lines(), ""]))

    with steps.shown():
        asyncio.run(measure())


def _numbers(listed: str) -> list[int]:
    """``"1,24"`` as numbers. Raises BadParameter."""
    try:
        return [max(1, int(number)) for number in listed.split(",")]
    except ValueError:
        raise typer.BadParameter(f"{listed} is no list of numbers") from None


@app.command()
def growth(
    complaints: Annotated[int, typer.Option(min=1000, help="How many the large desk has.")] = 1_000_000,
    small: Annotated[int, typer.Option(min=300, help="How many the small desk has.")] = SMALL,
    home: Annotated[Path | None, typer.Option(help="Where the desks are kept for the next time.")] = None,
    plans: Annotated[bool, typer.Option("--plans", help="Show how the large desk found it.")] = False,
) -> None:
    """What pages ask, on a desk with few complaints and on one with many, both made up by this command."""
    policy = load_policy(settings.load().policy)
    asked = bench_growth(policy, complaints, small=small, home=home, plans=plans)
    for line in asyncio.run(asked).lines():
        typer.echo(line)
