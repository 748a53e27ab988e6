"""Pictures of a report, drawn in Rasa's environment: `python -m bot.evaluate.pictures FOLDER`.

Reads `matrices.json` and `curve.json` of the folder, whichever are there, and writes PNG files beside them.
"""

import json
import sys
from pathlib import Path
from typing import Any

import matplotlib  # type: ignore[import-not-found]

matplotlib.use("Agg")

from matplotlib import pyplot


def draw_matrix(name: str, labels: list[str], counts: list[list[int]], target: Path) -> None:
    """A confusion matrix: what is true down, what was heard across; shades are shares of a row."""
    shares = [[count / (sum(row) or 1) for count in row] for row in counts]
    size = 2.2 + 0.55 * len(labels)
    figure, axes = pyplot.subplots(figsize=(size + 1, size), layout="constrained")
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    axes.set_xticks(range(len(labels)), labels, rotation=45, ha="right")
    axes.set_yticks(range(len(labels)), labels)
    axes.set_xlabel("heard")
    axes.set_ylabel("true")
    axes.set_title(name)
    for down, row in enumerate(counts):
        for across, count in enumerate(row):
            colour = "white" if shares[down][across] > 0.5 else "black"
            axes.text(across, down, str(count or ""), ha="center", va="center", color=colour)
    figure.savefig(target, dpi=110)
    pyplot.close(figure)


def draw_curve(points: dict[str, dict[str, list[float]]], target: Path) -> None:
    """How each measure grows with the share of the training data, one panel a labelled file."""
    figure, panels = pyplot.subplots(
        1, len(points), figsize=(5.5 * len(points), 4), sharey=True, layout="constrained", squeeze=False
    )
    for axes, (name, lines) in zip(panels[0], points.items(), strict=True):
        shares = lines["share"]
        for measure, values in lines.items():
            if measure != "share":
                axes.plot(shares, values, marker="o", label=measure)
        axes.set_title(name)
        axes.set_xlabel("share of the training data, %")
        axes.grid(alpha=0.3)
    panels[0][0].legend()
    figure.savefig(target, dpi=110)
    pyplot.close(figure)


def main() -> None:
    """Draw all that the folder has numbers for."""
    folder = Path(sys.argv[1])
    for name, matrix in _numbers(folder / "matrices.json").items():
        draw_matrix(name, matrix["labels"], matrix["counts"], folder / f"{name}.png")
    if curve := _numbers(folder / "curve.json"):
        draw_curve(curve, folder / "curve.png")


def _numbers(file: Path) -> dict[str, Any]:
    return json.loads(file.read_text("utf-8")) if file.exists() else {}


if __name__ == "__main__":
    main()
