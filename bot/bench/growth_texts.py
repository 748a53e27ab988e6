"""What the customers of a made-up desk write: composed from lists, so that words are as rare as words are."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from random import Random
from typing import Final

import opencc
import yaml

from ledger.vocabulary import Language

VOCABULARY: Final = Path(__file__).with_suffix(".yml")
WISH: Final = 0.6
"""How often somebody says what they want."""

Numbered = tuple[Language, int, str]


def pool(size: int, *, seed: int) -> Iterator[Numbered]:
    """Customers' texts, numbered from 0 in each language; the same ``seed`` gives the same ones."""
    random = Random(seed)  # noqa: S311 — nothing is kept secret by it
    for number in range(size):
        chinese = _complaint(random, _words()["chinese"])
        yield from _in_all(number, chinese, _english(random, _words()["english"]))


def answers() -> Iterator[Numbered]:
    """What the desk says, numbered from 0 in each language."""
    for number, pair in enumerate(
        zip(_words()["chinese"]["answers"], _words()["english"]["answers"], strict=True)
    ):
        yield from _in_all(number, *pair)


def rare() -> Iterator[Numbered]:
    """Words that hardly anybody writes."""
    return _in_all(0, str(_words()["chinese"]["rare"]), str(_words()["english"]["rare"]))


def _in_all(number: int, chinese: str, english: str) -> Iterator[Numbered]:
    yield Language.ZH_HANS, number, chinese
    yield Language.ZH_HANT, number, _traditional(chinese)
    yield Language.EN, number, english


def _complaint(random: Random, words: Mapping[str, Sequence[str]]) -> str:
    begin = (
        f"{random.choice(words['whens'])}买的{random.choice(words['things'])}{random.choice(words['faults'])}"
    )
    return ",".join([begin, *_rest(random, words)])


def _english(random: Random, words: Mapping[str, Sequence[str]]) -> str:
    begin = f"The {random.choice(words['things'])} {random.choice(words['faults'])}"
    return ", ".join([begin, *_rest(random, words)])


def _rest(random: Random, words: Mapping[str, Sequence[str]]) -> list[str]:
    wish = [random.choice(words["wishes"])] if random.random() < WISH else []
    return random.sample(words["fillers"], random.randrange(3)) + wish


@cache
def _words() -> dict[str, dict[str, list[str]]]:
    found: dict[str, dict[str, list[str]]] = yaml.safe_load(VOCABULARY.read_text(encoding="utf-8"))
    return found


def _traditional(words: str) -> str:
    return str(_converter().convert(words))


@cache
def _converter() -> opencc.OpenCC:
    return opencc.OpenCC("s2t")
