"""Whether a count is more than chance, against the same hours of earlier times (playbook B5, C8).

Complaints are few, vary more than Poisson's counts, and an earlier wave must not hide the next. So the
forecast is negative binomial, its mean and spread estimated with outliers weighed down, and wider the fewer
earlier times there are (docs/grading.md).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from math import exp, lgamma, log, sqrt
from statistics import median
from typing import Final

from ledger.policy.grading import Rarity
from ledger.vocabulary import WarningLevel

PRIOR_COUNT: Final = 0.5
"""Jeffreys' prior for the rate of a Poisson count: nothing seen is not nothing expected."""
PRIOR_SPREAD: Final = 2.0
PRIOR_WEIGHT: Final = 4
"""Complaints vary more than Poisson's counts: so much more, believed as firmly as so many earlier times."""
SIGMA: Final = 1.4826
"""The median absolute deviation of a normal distribution, times this, is its standard deviation."""
OUTLYING: Final = 2.58
"""Anscombe residuals beyond the normal distribution's 99.5 % weigh less (Noufaily et al. 2013)."""
NO_PAST: Final = (1,)
"""What a desk without any past is taken to have had."""
NEGLIGIBLE: Final = 1e-12
LONGEST: Final = timedelta(days=365_000)


@dataclass(frozen=True, slots=True)
class Forecast:
    """A negative binomial count with this ``mean``; the smaller ``size``, the more it varies."""

    mean: float
    size: float

    def chance(self, count: int) -> float:
        """How probable ``count`` or more are; 1 for what is not above the mean."""
        if count <= self.mean:
            return 1.0
        share = self.mean / (self.mean + self.size)
        term = exp(
            lgamma(count + self.size)
            - lgamma(self.size)
            - lgamma(count + 1)
            - self.size * log((self.mean + self.size) / self.size)
            + count * log(share)
        )
        total, further = 0.0, count
        while term > total * NEGLIGIBLE:
            total += term
            term *= (further + self.size) / (further + 1) * share
            further += 1
        return min(total, 1.0)


def forecast(earlier: Sequence[int]) -> Forecast:
    """What the counts of ``earlier`` times let expect of the present one."""
    counts = earlier or NO_PAST
    usual = max(median(counts), PRIOR_COUNT)
    around = (SIGMA * median(abs(count - usual) for count in counts)) ** 2 / usual
    mean, spread = _fitted(counts, [_weight(count, usual, max(around, PRIOR_SPREAD)) for count in counts])
    # How it varies, and how little is known of its mean (Farrington et al. 1996).
    variance = spread * mean * (1 + 1 / len(counts))
    return Forecast(mean, mean * mean / (variance - mean))


def once_in(chance: float, *, window: timedelta, tests: int) -> timedelta:
    """How long it takes on average until chance alone does this once, in any of ``tests`` counts.

    The recurrence interval of surveillance (Kleinman et al. 2004): each window of time is one trial of each.
    """
    often = chance * tests
    return LONGEST if often <= window / LONGEST else window / often


def level(count: int, rare: timedelta, levels: Mapping[WarningLevel, Rarity]) -> WarningLevel | None:
    """The gravest level that ``count``, as ``rare`` as that, has; None below the least."""
    reached = [name for name in WarningLevel if rare >= levels[name].once_in and count >= levels[name].least]
    return reached[-1] if reached else None


def _fitted(counts: Sequence[int], weights: Sequence[float]) -> tuple[float, float]:
    """Mean, and variance by mean (1 for Poisson's), of counts of which some weigh less."""
    weight = sum(weights)
    mean = (sum(w * count for w, count in zip(weights, counts, strict=True)) + PRIOR_COUNT) / weight
    scattered = sum(w * (count - mean) ** 2 for w, count in zip(weights, counts, strict=True)) / mean
    freedom = PRIOR_WEIGHT + max(weight - 1, 0)
    # As with Student's t: what varies by an unknown amount varies more.
    return mean, max(1.0, (PRIOR_WEIGHT * PRIOR_SPREAD + scattered) / (freedom - 2))


def _weight(count: int, usual: float, spread: float) -> float:
    """1, and less for an earlier time that was itself more than usual."""
    residual = 1.5 * (count ** (2 / 3) - usual ** (2 / 3)) / (usual ** (1 / 6) * sqrt(spread))
    return 1.0 if residual < OUTLYING else residual**-2
