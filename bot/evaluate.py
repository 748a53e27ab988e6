"""Measures the pipeline against a labelled file: `python -m bot.evaluate --data FILE`.

The file has one JSON object a line with `text`, `lang` and the labels of docs/assistant.md. Labels that are
null are not scored; `unsure_signals` count neither way.
"""

import argparse
import json
import tempfile
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.classify import classify
from ledger.special import SPECIAL_SIGNALS

Row = dict[str, Any]
Pair = tuple[Row, Row]


@dataclass
class Tally:
    """True and false positives and false negatives of one label."""

    right: int = 0
    wrong: int = 0
    missed: int = 0

    def count(self, said: bool, true: bool) -> None:
        """Count one message."""
        self.right += said and true
        self.wrong += said and not true
        self.missed += true and not said

    @property
    def precision(self) -> float:
        """Share of what was said that is true."""
        return self.right / (self.right + self.wrong or 1)

    @property
    def recall(self) -> float:
        """Share of what is true that was said."""
        return self.right / (self.right + self.missed or 1)

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        return 2 * self.right / (2 * self.right + self.wrong + self.missed or 1)

    def __str__(self) -> str:
        """The three measures and the number of true cases."""
        return (
            f"F1 {self.f1:.3f}  precision {self.precision:.3f}  recall {self.recall:.3f}"
            f"  n {self.right + self.missed}"
        )


def report(pairs: list[Pair]) -> list[str]:
    """The lines of the report over (labelled, heard) pairs."""
    categories = _classes(pairs, "category")
    signals = _signals(pairs)
    total = _sum(signals.values())
    macro = sum(tally.f1 for tally in categories.values()) / (len(categories) or 1)
    return [
        f"messages           {len(pairs)}",
        f"language           {_exact(pairs, 'lang', 'language'):.3f}",
        f"kind               {_exact(pairs, 'kind', 'kind'):.3f}",
        f"category macro-F1  {macro:.3f}",
        f"category           {_exact(pairs, 'category', 'category'):.3f}",
        f"signals micro-F1   {total.f1:.3f}  precision {total.precision:.3f}  recall {total.recall:.3f}",
        f"special users      {_special(pairs)}",
        f"emotion exact      {_within(pairs, 0):.3f}",
        f"emotion within 1   {_within(pairs, 1):.3f}",
        *_listed("category", categories),
        *_listed("signal", signals),
        *_listed("kind", _classes(pairs, "kind")),
    ]


def _listed(title: str, tallies: dict[str, Tally]) -> list[str]:
    return ["", *(f"{title} {name:22}{tally}" for name, tally in sorted(tallies.items()))]


def _scored(pairs: list[Pair], label: str) -> list[Pair]:
    return [(true, heard) for true, heard in pairs if true.get(label) is not None]


def _exact(pairs: list[Pair], label: str, key: str) -> float:
    scored = _scored(pairs, label)
    right: list[bool] = [true[label] == heard[key] for true, heard in scored]
    return sum(right) / (len(right) or 1)


def _within(pairs: list[Pair], distance: int) -> float:
    scored = _scored(pairs, "emotion")
    near: list[bool] = [abs(true["emotion"] - heard["emotion"]) <= distance for true, heard in scored]
    return sum(near) / (len(near) or 1)


def _classes(pairs: list[Pair], label: str) -> dict[str, Tally]:
    scored = _scored(pairs, label)
    tallies = {true[label]: Tally() for true, _ in scored}
    for true, heard in scored:
        for name, tally in tallies.items():
            tally.count(heard[label] == name, true[label] == name)
    return tallies


def _signals(pairs: list[Pair]) -> dict[str, Tally]:
    tallies: dict[str, Tally] = {}
    for true, heard in pairs:
        for name in {*true["signals"], *heard["signals"]} - set(true.get("unsure_signals", [])):
            tallies.setdefault(name, Tally()).count(name in heard["signals"], name in true["signals"])
    return tallies


def _special(pairs: list[Pair]) -> Tally:
    tally = Tally()
    for true, heard in pairs:
        marked = SPECIAL_SIGNALS & set(true["signals"])
        if marked or not SPECIAL_SIGNALS & set(true.get("unsure_signals", [])):
            tally.count(bool(SPECIAL_SIGNALS & set(heard["signals"])), bool(marked))
    return tally


def _sum(tallies: Iterable[Tally]) -> Tally:
    total: Counter[str] = Counter()
    for tally in tallies:
        total.update(vars(tally))
    return Tally(**total)


def _rows(file: Path) -> list[Row]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]


def main() -> None:
    """Classify the labelled file and print the report."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--data", type=Path, required=True, help="labelled messages, one JSON object a line")
    data = parser.parse_args().data
    with tempfile.TemporaryDirectory() as folder:
        heard = Path(folder) / "heard.jsonl"
        classify(data, heard)
        print("\n".join(report(list(zip(_rows(data), _rows(heard), strict=True)))))


if __name__ == "__main__":
    main()
