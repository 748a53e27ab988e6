"""How grave a case is, what follows from it, and when complaints are building up (playbook B3, B5, B7)."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Final, Self

from pydantic import Field, model_validator

from ledger.parts import Duration, Names, Part
from ledger.vocabulary import Aspect, Category, Likelihood, Risk, Severity, Signal, WarningLevel

Points = Annotated[int, Field(ge=0)]
HEARD: Final = frozenset(Aspect) - {Aspect.STRIKING, Aspect.PEOPLE, Aspect.COURSE}
"""The aspects that a word heard can be about; the others are counted."""


class RiskMatrix(Part):
    """The five levels of risk: how grave it is by how likely it is to spread (风险五级).

    ``likelihood``: from so many points of the aspects spread and people.
    """

    likelihood: Mapping[Likelihood, Points]
    levels: Mapping[Severity, Mapping[Likelihood, Risk]]

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.likelihood.get(Likelihood.UNLIKELY) != 0 or set(self.likelihood) != set(Likelihood):
            raise ValueError("likelihood: every one of them, unlikely from 0")
        rows = [self.levels.get(severity, {}) for severity in Severity]
        if any(set(row) != set(Likelihood) for row in rows):
            raise ValueError("levels: one for each severity and likelihood")
        return self


class Grading(Part):
    """How many points each thing counts, and from how many on a case is ``moderate`` and ``severe``.

    ``weights`` are those of signals and categories, by what they are about. Of several about the same the
    gravest counts whole, each other one ``also`` at most: many words for a thing do not make it graver.
    ``emotion`` are the points of the levels 0 to 3, ``people`` those of so many or more, ``reopened`` those
    of every reopening.
    """

    moderate: int = Field(gt=0)
    severe: int = Field(gt=0)
    also: Points
    weights: Mapping[Aspect, Mapping[Signal | Category, Points]]
    emotion: tuple[Points, Points, Points, Points]
    people: Mapping[int, Points]
    reopened: Points
    risk: RiskMatrix

    @model_validator(mode="after")
    def _moderate_before_severe(self) -> Self:
        if self.severe <= self.moderate:
            raise ValueError("severe must be greater than moderate")
        return self

    @model_validator(mode="after")
    def _each_word_once(self) -> Self:
        if strange := sorted(set(self.weights) - HEARD):
            raise ValueError(f"weights: nothing that is heard is about {', '.join(strange)}")
        words = [word for weights in self.weights.values() for word in weights]
        if twice := sorted({word for word in words if words.count(word) > 1}):
            raise ValueError(f"weights: more than once: {', '.join(twice)}")
        return self


class Plan(Part):
    """What a grade asks for: what to ``do``, in words, and the departments it ``tells``.

    They are told when a case comes to that grade, besides its owner.
    """

    do: tuple[Names, ...] = Field(min_length=1)
    tells: tuple[str, ...] = ()


class Rarity(Part):
    """When a warning has a level: chance alone would do it less than once in ``once_in``.

    And there are at least ``least`` complaints: what is rare need not be much.
    """

    once_in: Annotated[Duration, Field(gt=timedelta())]
    least: int = Field(ge=1)


class Waves(Part):
    """When complaints are building up (四级预警): more than the same hours of earlier weeks explain.

    Counted in each of ``windows`` up to now, against as many ``weeks``; looked at ``look_every``. A level
    that is no longer reached falls after ``settle``.
    """

    look_every: Annotated[Duration, Field(ge=timedelta(seconds=1))]
    windows: tuple[Annotated[Duration, Field(gt=timedelta(), le=timedelta(days=1))], ...] = Field(
        min_length=1
    )
    weeks: int = Field(ge=1, le=52)
    settle: Duration
    levels: Mapping[WarningLevel, Rarity]

    @model_validator(mode="after")
    def _graver_is_rarer(self) -> Self:
        if set(self.levels) != set(WarningLevel):
            raise ValueError("levels: blue, yellow, orange and red")
        order = [self.levels[level] for level in WarningLevel]
        if order != sorted(order, key=lambda one: (one.once_in, one.least)):
            raise ValueError("levels: each rarer than the one before")
        return self

    @property
    def least(self) -> int:
        """So many complaints there must be for any level."""
        return min(rarity.least for rarity in self.levels.values())
