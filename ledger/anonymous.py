"""Without who somebody is (playbook C1): names, ways to reach them, numbers, plates and addresses are veiled.

The wordings are data (``anonymous.yml``). They find what looks like such a thing, and what is known of the
people; who can be recognised without a name is for a second reader to see.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml

from ledger.script import fold
from ledger.vocabulary import Language

RULES: Final = Path(__file__).with_name("anonymous.yml")
NAME: Final = "name"
WHO: Final = "who"
SHORTEST: Final = 2
"""Characters of a name that can be told from other words."""


@dataclass(frozen=True, slots=True)
class _Kind:
    name: str
    marks: Mapping[Language, str]
    folded: tuple[re.Pattern[str], ...]
    cased: tuple[re.Pattern[str], ...]


def veil(text: str, language: Language, *, people: Iterable[str] = ()) -> str:
    """``text`` with a mark in the place of whatever says who somebody is; ``people`` are known names."""
    veiled, end = "", 0
    for start, stop, kind in _apart(_found(text, people)):
        veiled += text[end:start] + kind.marks[language]
        end = stop
    return veiled + text[end:]


def personal(text: str, *, people: Iterable[str] = ()) -> list[str]:
    """The words in ``text`` that say who somebody is, in their order."""
    return [text[start:stop] for start, stop, _ in _apart(_found(text, people))]


def introduced(text: str) -> set[str]:
    """The whole names that people give in ``text``."""
    found = ((text[start:stop], kind.name) for start, stop, kind in _found(text, ()))
    return {told for told, kind in found if kind == NAME and len(told) >= SHORTEST}


def _found(text: str, people: Iterable[str]) -> Iterator[tuple[int, int, _Kind]]:
    folded = fold(text)
    for kind in _kinds():
        for pattern, read in (*((one, folded) for one in kind.folded), *((one, text) for one in kind.cased)):
            for found in pattern.finditer(read):
                group = WHO if WHO in pattern.groupindex and found[WHO] else 0
                yield found.start(group), found.end(group), kind
    named = next(kind for kind in _kinds() if kind.name == NAME)
    for person in {fold(one.strip()) for one in people if len(one.strip()) >= SHORTEST}:
        whole = rf"(?<![a-z]){re.escape(person)}(?![a-z])"
        yield from ((found.start(), found.end(), named) for found in re.finditer(whole, folded))


def _apart(found: Iterable[tuple[int, int, _Kind]]) -> Iterator[tuple[int, int, _Kind]]:
    """Those that do not overlap: the earlier, and of two that begin together the longer."""
    end = 0
    for start, stop, kind in sorted(found, key=lambda one: (one[0], -one[1])):
        if start >= end:
            yield start, stop, kind
            end = stop


@cache
def _kinds() -> tuple[_Kind, ...]:
    written: Mapping[str, Any] = yaml.safe_load(RULES.read_text(encoding="utf-8"))["kinds"]
    return tuple(
        _Kind(
            name,
            {language: entry["mark"][language] for language in Language},
            tuple(re.compile(one) for one in entry["says"]),
            tuple(re.compile(one) for one in entry.get("cased", ())),
        )
        for name, entry in written.items()
    )
