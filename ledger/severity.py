"""How grave a case is (playbook B5, B7): points, each with its reason, from what was heard and is known."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml

from ledger.policy.grading import Grading
from ledger.vocabulary import Aspect, Category, Language, Severity, Signal

REASONS: Final = Path(__file__).with_name("texts") / "grading.yml"
GRAVITY: Final = tuple(Severity)
EMOTION: Final = "emotion"
PEOPLE: Final = "people"
REOPENED: Final = "reopened"


@dataclass(frozen=True, slots=True)
class Known:
    """What the grade of a case, or of a single message, is made from.

    ``emotion`` is the level (0 to 3) of the angriest message, ``people`` how many are affected as far as was
    told, ``reopened`` how often the case was opened again.
    """

    signals: frozenset[str]
    categories: frozenset[str]
    emotion: int = 0
    people: int = 0
    reopened: int = 0

    @classmethod
    def of_message(cls, signals: Iterable[Signal], category: Category | None, emotion: int) -> "Known":
        """What a single message says."""
        return cls(frozenset(signals), frozenset({category} if category else ()), emotion)

    @classmethod
    def of_case(
        cls,
        *,
        signals: Iterable[str],
        categories: Iterable[str | None],
        emotions: Iterable[int],
        people: Iterable[int],
        reopened: int,
    ) -> "Known":
        """What a case holds: every level its messages had, every number of people that stands."""
        return cls(
            frozenset(signals),
            frozenset(category for category in categories if category),
            max(emotions, default=0),
            max(people, default=0),
            reopened,
        )


@dataclass(frozen=True, slots=True)
class Point:
    """So many ``points`` for ``what``: a signal, a category, or ``emotion``, ``people``, ``reopened``.

    ``count`` is how high, how many or how often, None for words.
    """

    aspect: Aspect
    what: str
    points: int
    count: int | None = None

    @property
    def written(self) -> dict[str, Any]:
        """As it stands in an entry of the ledger."""
        return asdict(self)

    @property
    def reason(self) -> dict[Language, str]:
        """Why, in words, by language."""
        key = f"{self.what}_{self.count}" if self.what == EMOTION else self.what
        return {Language(code): words.format(count=self.count) for code, words in _reasons()[key].items()}


def points(known: Known, grading: Grading) -> tuple[Point, ...]:
    """Everything that counts, the weightiest first."""
    counted = [*_heard(known.signals | known.categories, grading), *_counted(known, grading)]
    return tuple(sorted((one for one in counted if one.points), key=lambda one: -one.points))


def severity(found: Iterable[Point], grading: Grading) -> Severity:
    """What the points come to."""
    total = sum(one.points for one in found)
    if total >= grading.severe:
        return Severity.SEVERE
    return Severity.MODERATE if total >= grading.moderate else Severity.MILD


def grade(known: Known, grading: Grading) -> Severity:
    """How grave it is."""
    return severity(points(known, grading), grading)


def graver(one: Severity, other: Severity) -> bool:
    """Whether ``one`` is graver than ``other``."""
    return GRAVITY.index(one) > GRAVITY.index(other)


def _heard(words: frozenset[str], grading: Grading) -> Iterator[Point]:
    for aspect, weights in grading.weights.items():
        said = sorted((word for word in weights if word in words), key=lambda word: -weights[word])
        for place, word in enumerate(said):
            weight = weights[word] if place == 0 else min(weights[word], grading.also)
            yield Point(aspect, str(word), weight)


def _counted(known: Known, grading: Grading) -> Iterator[Point]:
    yield Point(Aspect.STRIKING, EMOTION, grading.emotion[known.emotion], known.emotion)
    affected = max((weight for least, weight in grading.people.items() if known.people >= least), default=0)
    yield Point(Aspect.PEOPLE, PEOPLE, affected, known.people)
    yield Point(Aspect.COURSE, REOPENED, grading.reopened * known.reopened, known.reopened)


@cache
def _reasons() -> Mapping[str, Mapping[str, str]]:
    reasons: dict[str, dict[str, str]] = yaml.safe_load(REASONS.read_text(encoding="utf-8"))
    return reasons
