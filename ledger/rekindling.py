"""When a solved matter has come up again (死灰复燃, playbook D5): signs, each with its reason and its points.

A sign says what two accounts have in common. It is no proof: it tells the person responsible to look.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final

from ledger.policy import Policy
from ledger.script import fold
from ledger.sentences import Sentence
from ledger.topics import Wordings
from ledger.vocabulary import Category, FactKind, RekindlingSign, Signal

FACTS: Final = {
    FactKind.ORDER_NUMBER: RekindlingSign.ORDER_NUMBER,
    FactKind.PRODUCT: RekindlingSign.PRODUCT,
    FactKind.PLACE: RekindlingSign.PLACE,
}
"""The facts by which a matter is known again; who somebody is, is not among them."""
SHORTEST: Final = 2
"""What is said in one letter stands in every text."""

Weights = Mapping[RekindlingSign, int]
Named = tuple[RekindlingSign, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Told:
    """A fact of a matter: as it was said, and what that comes to."""

    kind: FactKind
    said: str
    value: str


@dataclass(frozen=True, slots=True)
class Matter:
    """What an account is known by."""

    categories: frozenset[str] = frozenset()
    told: tuple[Told, ...] = ()
    text: str = ""
    signals: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Found:
    """A sign, what it was found in (``told``: the value's name and the value), and its points."""

    sign: RekindlingSign
    points: int
    told: Mapping[str, Any] = field(default_factory=dict)

    @property
    def sentence(self) -> Sentence:
        """Its reason."""
        return Sentence(code=f"again_{self.sign}", values=dict(self.told))


def of_complaint(before: Matter, after: Matter, policy: Policy) -> tuple[Found, ...]:
    """What another complaint of the same person has in common with a solved one."""
    kinds = before.categories & after.categories - {Category.OTHER}
    again = {(one.kind, fold(one.value)) for one in after.told}
    shared = [one for one in before.told if (one.kind, fold(one.value)) in again]
    found: list[Named] = [(RekindlingSign.CATEGORY, {"category": kind}) for kind in sorted(kinds)[:1]]
    found += _of_facts(shared)
    found += _of_words(before.text, after.text, policy)
    if Signal.REPEAT_UNRESOLVED in after.signals:
        found.append((RekindlingSign.UNRESOLVED, {}))
    return _weighed(found, policy.aftercare.rekindling.complaint)


def of_mention(before: Matter, text: str, policy: Policy) -> tuple[Found, ...]:
    """What something said in public has in common with a solved complaint."""
    long_enough = tuple(one.said for one in before.told if len(one.said) >= SHORTEST)
    written = _keywords(long_enough).of(text)
    named = [one for one in before.told if one.said in written]
    found = [*_of_facts(named), *_of_words(before.text, text, policy)]
    return _weighed(found, policy.aftercare.rekindling.elsewhere)


def anchors(text: str, policy: Policy) -> frozenset[FactKind]:
    """The kinds of fact of which one must stand in ``text`` for it to be like a case.

    All others together, with the keyword and the risk it may share, do not come to enough points.
    """
    terms, topics = policy.aftercare.rekindling, policy.opinion.wordings.of(text)
    worth = {kind: terms.elsewhere.get(sign, 0) for kind, sign in FACTS.items()}
    beside = terms.elsewhere.get(RekindlingSign.KEYWORD, 0)
    beside += terms.elsewhere.get(RekindlingSign.RISK, 0) if policy.opinion.risks & set(topics) else 0
    rising = sorted(FACTS, key=lambda kind: worth[kind])
    too_little = [
        kind
        for place, kind in enumerate(rising)
        if beside + sum(worth[one] for one in rising[: place + 1]) < terms.points
    ]
    return frozenset(FACTS) - frozenset(too_little)


def points(found: Iterable[Found]) -> int:
    """What the signs come to."""
    return sum(one.points for one in found)


def enough(found: Collection[Found], policy: Policy) -> bool:
    """Whether the signs are enough to tell somebody."""
    return points(found) >= policy.aftercare.rekindling.points


def _of_facts(told: Iterable[Told]) -> list[Named]:
    """One sign a kind of fact, however often it was told."""
    latest = {one.kind: one.said for one in told}
    return [(FACTS[kind], {"what": latest[kind]}) for kind in FACTS if kind in latest]


def _of_words(before: str, after: str, policy: Policy) -> list[Named]:
    """The first keyword that both say, and the first risk that both are about."""
    words = _keywords(tuple(word for topic in policy.opinion.topics for word in topic.words))
    said = [word for word in words.of(before) if word in words.of(after)]
    topics = policy.opinion.wordings
    risks = [key for key in topics.of(before) if key in topics.of(after) and key in policy.opinion.risks]
    return [
        *((RekindlingSign.KEYWORD, {"what": word}) for word in said[:1]),
        *((RekindlingSign.RISK, {"topic": key}) for key in risks[:1]),
    ]


def _weighed(found: Iterable[Named], weights: Weights) -> tuple[Found, ...]:
    return tuple(Found(sign, weights[sign], told) for sign, told in found if sign in weights)


@lru_cache(maxsize=64)
def _keywords(words: tuple[str, ...]) -> Wordings:
    """Finds each word by itself: a number as a whole, not within a longer one."""
    return Wordings({word: (word,) for word in words})
