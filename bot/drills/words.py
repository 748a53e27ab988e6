"""What the people of a drill say: templates with slots, no two messages alike if it can be."""

import random
from collections.abc import Mapping
from typing import Final

from ledger.drill_book import SLOT, Curve, Drill, People
from ledger.vocabulary import Language

TRIES: Final = 30
CREST: Final = 0.6
"""Where the crest of those who come lies, as a share of the time."""


class Writer:
    """Writes the messages of one drill; the same ``seed`` writes the same ones."""

    def __init__(self, drill: Drill, seed: str) -> None:
        self._drill = drill
        self._dice = random.Random(seed)  # noqa: S311 — a script, not a secret
        self._said: set[str] = set()

    def message(self, words: str, language: Language) -> str:
        """One of the wordings, as nobody has said it yet in this drill if that can be."""
        wordings = self._drill.words[words][language]
        text = ""
        for _ in range(TRIES):
            text = SLOT.sub(lambda slot: self._slot(slot[1], language), self._dice.choice(wordings))
            if text not in self._said:
                break
        self._said.add(text)
        return text

    def languages(self, group: People) -> list[Language]:
        """A language for each of a group, by their weights, in no order."""
        drawn = _shared_out(group.languages, group.count)
        self._dice.shuffle(drawn)
        return drawn

    def arrivals(self, group: People) -> list[float]:
        """When each of a group comes, in seconds of the drill, the first at once."""
        begins, lasts = group.at.total_seconds(), group.over.total_seconds()
        if group.count == 1:
            return [begins]
        return sorted(
            begins + lasts * self._moment(group.curve, n / (group.count - 1)) for n in range(group.count)
        )

    def about(self, seconds: float) -> float:
        """So long, give or take a third: people are no machines."""
        return seconds * self._dice.uniform(0.67, 1.33)

    def _moment(self, curve: Curve, even: float) -> float:
        if curve is Curve.RUSH:
            return even**2
        if curve is Curve.CREST and 0 < even < 1:
            return self._dice.triangular(0, 1, CREST)
        return even

    def _slot(self, name: str, language: Language) -> str:
        return self._dice.choice(self._drill.slots[name][language])


def _shared_out(weights: Mapping[Language, int], count: int) -> list[Language]:
    """So many of each as its weight says; the heaviest has what is left over."""
    total = sum(weights.values())
    drawn = [one for one, weight in weights.items() for _ in range(count * weight // total)]
    heaviest = max(weights, key=lambda one: weights[one])
    return drawn + [heaviest] * (count - len(drawn))
