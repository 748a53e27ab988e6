"""The learning curve: would more training data help? `python -m bot.evaluate.curve`.

Trains on 10, 25, 50, 75 and 100 % of the examples, each share holding the smaller ones, and measures each on
the labelled files. A table is printed, and kept with a picture.
"""

import hashlib
import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer
import yaml

from bot.classify import judged, parse
from bot.engine import speakable
from bot.evaluate import report
from bot.evaluate.__main__ import OWN, Data
from bot.evaluate.scores import Pair
from bot.evaluate.table import MEASURES
from bot.evaluate.training import train
from bot.settings import PROJECT

SHARES = (10, 25, 50, 75, 100)
SHOWN = ("kind", "category, macro-F1", "signals, micro-F1", "emotion, exact")

Curve = dict[str, dict[str, list[float]]]
Folder = Annotated[
    Path, typer.Option("--to", file_okay=False, help="Where the table and the picture are kept.")
]


def curve(data: Data = None, to: Folder = Path("results/curve")) -> None:
    """Measure how the model's hearing grows with its training data."""
    files = data or OWN
    points: Curve = {file.stem: {"share": [], **{name: [] for name in SHOWN}} for file in files}
    for share in SHARES:
        with tempfile.TemporaryDirectory() as folder:
            model = train(Path(folder) / "part.tar.gz", "nlu", "--nlu", str(_part(Path(folder), share)))
            for file in files:
                _add(points[file.stem], share, _pairs(file, model))
    to.mkdir(parents=True, exist_ok=True)
    table = "\n".join(lines(points))
    (to / "table.md").write_text(table + "\n", "utf-8")
    (to / "curve.json").write_text(json.dumps(points), "utf-8")
    report.draw(to)
    typer.echo(table)


def lines(points: Curve) -> Iterator[str]:
    """The table, a row for each share."""
    columns = [(file, name) for file in points for name in SHOWN]
    yield "| share | " + " | ".join(f"{file}: {name}" for file, name in columns) + " |"
    yield "|---" * (len(columns) + 1) + "|"
    for row, share in enumerate(SHARES):
        figures = (f"{points[file][name][row]:.3f}" for file, name in columns)
        yield f"| {share} % | " + " | ".join(figures) + " |"


def thinned(nlu: dict[str, Any], share: int) -> dict[str, Any]:
    """That share of the examples of a file of training data, in percent; the same ones every time."""
    blocks = [block | {"examples": _kept(block["examples"], share)} for block in nlu["nlu"]]
    return nlu | {"nlu": [block for block in blocks if block["examples"]]}


def _kept(examples: str, share: int) -> str:
    return "".join(f"{line}\n" for line in examples.splitlines() if _lot(line) < share)


def _lot(line: str) -> float:
    """A number from 0 to 100 that a line always draws, so that a larger share holds the smaller ones."""
    return int.from_bytes(hashlib.sha256(line.encode()).digest()[:4]) / 2**32 * 100


def _part(folder: Path, share: int) -> Path:
    part = folder / "nlu"
    part.mkdir()
    for file in (PROJECT / "data" / "nlu").glob("*.yml"):
        nlu = thinned(yaml.safe_load(file.read_text("utf-8")), share)
        (part / file.name).write_text(yaml.safe_dump(nlu, allow_unicode=True), "utf-8")
    return part


def _pairs(file: Path, model: Path) -> list[Pair]:
    labelled = report.read(file)
    heard = parse([speakable(row["text"]) for row in labelled], model)
    return [(row, judged(each)) for row, each in zip(labelled, heard, strict=True)]


def _add(lines: dict[str, list[float]], share: int, pairs: list[Pair]) -> None:
    lines["share"].append(share)
    for measure in MEASURES:
        if measure.name in SHOWN:
            figure = measure.take(pairs)
            lines[measure.name].append(figure.value if figure else 0.0)


if __name__ == "__main__":
    typer.run(curve)
