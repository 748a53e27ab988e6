"""The report on one labelled file: printed, and kept in a folder."""

import json
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bot.evaluate.mistakes import mistakes
from bot.evaluate.scores import Pair, Row, scored
from bot.evaluate.table import by_label, by_language, main_table
from bot.runtime.training import rasa_program
from bot.settings import PROJECT

_MATRICES = ("kind", "category", "emotion")


def lines(pairs: list[Pair], stock: list[Pair] | None) -> Iterator[str]:
    """All tables over (labelled, heard) pairs, as Markdown."""
    yield from main_table(pairs, stock)
    yield ""
    yield from by_language(pairs)
    yield ""
    yield from by_label(pairs)


def read(file: Path) -> list[Row]:
    """The labelled messages of a file, blank lines left out."""
    return [json.loads(line) for line in file.read_text("utf-8").splitlines() if line.strip()]


def write(folder: Path, pairs: list[Pair], table: str, *, texts: bool) -> None:
    """Keep the table, the confusion matrices as pictures, and the worst mistakes in a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "table.md").write_text(table + "\n", "utf-8")
    (folder / "mistakes.txt").write_text("\n".join(mistakes(pairs, texts=texts)) + "\n", "utf-8")
    matrices = {label: matrix(pairs, label) for label in _MATRICES}
    (folder / "matrices.json").write_text(json.dumps(matrices), "utf-8")
    draw(folder)


def matrix(pairs: list[Pair], label: str) -> dict[str, Any]:
    """How often each true value was heard as which: `labels`, and `counts` with a row for each of them."""
    seen = Counter((_named(true[label]), _named(heard[label])) for true, heard in scored(pairs, label))
    labels = sorted({value for pair in seen for value in pair})
    return {"labels": labels, "counts": [[seen[true, heard] for heard in labels] for true in labels]}


def _named(value: object) -> str:
    return "nothing" if value is None else str(value)


def draw(folder: Path) -> None:
    """Draw the pictures of a folder's numbers."""
    command = [rasa_program(PROJECT, "python"), "-W", "ignore", "-m", "bot.evaluate.pictures", str(folder)]
    subprocess.run(command, cwd=PROJECT, check=True)  # noqa: S603
