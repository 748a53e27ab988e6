"""Counts of right and wrong, and the measures made of them."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

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
    def said(self) -> int:
        """How often it was said."""
        return self.right + self.wrong

    @property
    def true(self) -> int:
        """How often it is true."""
        return self.right + self.missed

    @property
    def precision(self) -> float:
        """Share of what was said that is true."""
        return self.right / (self.said or 1)

    @property
    def recall(self) -> float:
        """Share of what is true that was said."""
        return self.right / (self.true or 1)

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        return 2 * self.right / (self.said + self.true or 1)


def scored(pairs: list[Pair], label: str) -> list[Pair]:
    """Those of the (labelled, heard) pairs that bear the label."""
    return [(true, heard) for true, heard in pairs if true.get(label) is not None]


def classes(pairs: list[Pair], label: str) -> dict[str, Tally]:
    """A tally for each value that the label truly has."""
    rated = scored(pairs, label)
    tallies = {true[label]: Tally() for true, _ in rated}
    for true, heard in rated:
        for name, tally in tallies.items():
            tally.count(heard[label] == name, true[label] == name)
    return tallies


def macro(tallies: dict[str, Tally]) -> float:
    """The mean of the classes' F1, rare ones counting as much as common ones."""
    return sum(tally.f1 for tally in tallies.values()) / (len(tallies) or 1)


def signals(pairs: list[Pair]) -> dict[str, Tally]:
    """A tally for each signal, without those the readers were unsure of."""
    tallies: dict[str, Tally] = {}
    for true, heard in pairs:
        for name in {*true["signals"], *heard["signals"]} - set(true.get("unsure_signals", [])):
            tallies.setdefault(name, Tally()).count(name in heard["signals"], name in true["signals"])
    return tallies


def special(pairs: list[Pair]) -> Tally:
    """Special users (playbook B1): messages with at least one signal that makes one."""
    tally = Tally()
    for true, heard in pairs:
        marked = SPECIAL_SIGNALS & set(true["signals"])
        if marked or not SPECIAL_SIGNALS & set(true.get("unsure_signals", [])):
            tally.count(bool(SPECIAL_SIGNALS & set(heard["signals"])), bool(marked))
    return tally


def total(tallies: Iterable[Tally]) -> Tally:
    """All tallies as one: what a micro average is taken of."""
    counted: Counter[str] = Counter()
    for tally in tallies:
        counted.update(vars(tally))
    return Tally(**counted)
