"""Whether somebody asks like a reporter who does not say so (playbook B10): an explainable score.

Pure: the customer's messages in, the signs with their points out. The words are in ``undercover.yml``.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import yaml

from ledger.policy import Undercover
from ledger.policy.undercover import Sign
from ledger.script import fold

WORDS: Final = Path(__file__).with_name("undercover.yml")
TELLING: Final = tuple(sign for sign in Sign if sign is not Sign.QUESTIONS)
"""Everybody asks questions; these are asked by few."""


@dataclass(frozen=True, slots=True)
class Suspicion:
    """How often each sign was seen, in messages, and the points of those that count."""

    seen: Mapping[Sign, int]
    counted: Mapping[Sign, int]

    @property
    def points(self) -> int:
        """All of them together."""
        return sum(self.counted.values())


def judge(messages: Sequence[str], rule: Undercover) -> Suspicion:
    """What the way of asking in a customer's messages shows."""
    seen = {sign: sum(_shows(sign, text) for text in messages) for sign in Sign}
    counted = {sign: rule.signs[sign].points for sign in Sign if seen[sign] >= rule.signs[sign].messages}
    return Suspicion(seen, counted)


def suspected(found: Suspicion, rule: Undercover) -> bool:
    """Whether it is enough to have the spokesperson know: question after question, and more of the signs."""
    return Sign.QUESTIONS in found.counted and found.points >= rule.points


def bears_a_sign(text: str) -> bool:
    """Whether a message is worth looking at those before it."""
    return any(_shows(sign, text) for sign in TELLING)


def _shows(sign: Sign, text: str) -> bool:
    return _patterns()[sign].search(fold(text)) is not None


@cache
def _patterns() -> dict[Sign, re.Pattern[str]]:
    read = yaml.safe_load(WORDS.read_text(encoding="utf-8"))
    return {sign: re.compile("|".join(fold(words) for words in read[sign.value])) for sign in Sign}
