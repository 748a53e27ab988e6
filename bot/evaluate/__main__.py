"""`python -m bot.evaluate`: how well the model hears, on labelled messages it was not trained on."""

from pathlib import Path
from typing import Annotated

import typer

from bot.classify import judged, newest_model, parse
from bot.engine import speakable
from bot.evaluate import report, stock
from bot.evaluate.scores import Pair
from bot.settings import PROJECT

OWN = sorted((PROJECT / "tests" / "data").glob("own_eval*.jsonl"))

Data = Annotated[
    list[Path] | None,
    typer.Option(exists=True, dir_okay=False, help="Labelled messages, JSONL; our own without."),
]
Folder = Annotated[Path, typer.Option("--to", file_okay=False, help="Where tables and pictures are kept.")]
Stock = Annotated[bool, typer.Option("--stock", help="Measure Rasa's stock pipeline too.")]
Texts = Annotated[bool, typer.Option("--texts", help="Quote the messages that were heard worst.")]


def evaluate(
    data: Data = None, to: Folder = Path("results/eval"), stock_too: Stock = False, texts: Texts = False
) -> None:
    """Hear every labelled file, print how well, and keep the report."""
    for file in data or OWN:
        labelled = report.read(file)
        said = [speakable(row["text"]) for row in labelled]
        heard = [judged(each) for each in parse(said, newest_model())]
        pairs: list[Pair] = list(zip(labelled, heard, strict=True))
        beside: list[Pair] | None = list(zip(labelled, stock.hear(said), strict=True)) if stock_too else None
        table = "\n".join(report.lines(pairs, beside))
        report.write(to / file.stem, pairs, table, texts=texts)
        typer.echo(f"## {file.stem}\n\n{table}\n")


if __name__ == "__main__":
    typer.run(evaluate)
