"""How far a figure over few messages can be trusted: intervals of 95 %."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import TypeVar

_Z = 1.96
_ROUNDS = 1000
_SEED = 7

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Figure:
    """A share or an F1, 0 to 1, with its interval of 95 %."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        """The figure with its interval, for a cell of a table."""
        return f"{self.value:.3f} ({self.low:.2f}–{self.high:.2f})"


def share(hits: int, of: int) -> Figure | None:
    """A proportion with Wilson's interval; None of nothing."""
    if not of:
        return None
    rate, spread = hits / of, _Z**2 / of
    centre = (rate + spread / 2) / (1 + spread)
    reach = _Z * sqrt(rate * (1 - rate) / of + spread / (4 * of)) / (1 + spread)
    return Figure(rate, max(0.0, centre - reach), min(1.0, centre + reach))


def bootstrap(messages: Sequence[T], measure: Callable[[list[T]], float]) -> Figure | None:
    """A measure with the interval that a thousand redrawings of the messages give; the same every time."""
    if not messages:
        return None
    draw = random.Random(_SEED)  # noqa: S311
    drawn = sorted(measure(draw.choices(messages, k=len(messages))) for _ in range(_ROUNDS))
    return Figure(measure(list(messages)), drawn[_ROUNDS // 40], drawn[-(_ROUNDS // 40) - 1])
