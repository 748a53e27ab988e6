"""Patterns of the signal lexicon: what is said, unless it is said of something else or denied."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from bot.nlu.lexicon import load
from bot.nlu.script import fold

_GONE = "\N{MIDDLE DOT}"
_ENDS = re.compile(r"(?<=[。!?\n])|(?<=\.)\s+")
_NEAR = 3
"""Sentences, within which parts that belong together stand."""


@dataclass(frozen=True)
class Pattern:
    """One signal's wording: `says` finds it, `unless` are look-alikes that are blanked out first.

    So do all parts of `together`, near each other. `grounds`: without one of these nobody speaks of it.
    """

    says: re.Pattern[str]
    unless: re.Pattern[str]
    together: tuple[re.Pattern[str], ...]
    grounds: re.Pattern[str] | None

    def found_in(self, folded: str) -> bool:
        """Whether the folded text says it, in at least one place without denying it."""
        kept = self.unless.sub(lambda gone: _GONE * len(gone.group()), folded)
        said = any(not _denied(kept[: said.start()]) for said in self.says.finditer(kept))
        return said or (bool(self.together) and any(self._put_together(near) for near in _stretches(kept)))

    def may_stand_in(self, folded: str) -> bool:
        """Whether the folded text has grounds for it, if any are named."""
        return self.grounds is None or bool(self.grounds.search(folded))

    def _put_together(self, near: str) -> bool:
        return all(part.search(near) for part in self.together)


def found(lexicon: str, text: str) -> list[str]:
    """The sorted names of the lexicon's patterns that the text says."""
    folded = fold(text)
    return sorted(name for name, pattern in _patterns(lexicon).items() if pattern.found_in(folded))


def grounded(lexicon: str, name: str, text: str) -> bool:
    """Whether the text has any of what nobody can speak of `name` without."""
    return _patterns(lexicon)[name].may_stand_in(fold(text))


def _stretches(text: str) -> Iterator[str]:
    sentences = _ENDS.split(text)
    for start in range(max(1, len(sentences) - _NEAR + 1)):
        yield " ".join(sentences[start : start + _NEAR])


def _denied(before: str) -> bool:
    return bool(_denial().search(before[-24:]))


@cache
def _denial() -> re.Pattern[str]:
    return _compiled(load("denials")["before"], "(?:{})$")


@cache
def _patterns(lexicon: str) -> dict[str, Pattern]:
    return {name: _pattern(entry) for name, entry in load(lexicon).items()}


def _pattern(entry: dict[str, Any]) -> Pattern:
    grounds = entry.get("grounds")
    return Pattern(
        says=_compiled(entry["says"]),
        unless=_compiled(entry.get("unless")),
        together=tuple(_compiled(part) for part in entry.get("together", {}).values()),
        grounds=_compiled(grounds) if grounds else None,
    )


def _compiled(wordings: list[str] | None, frame: str = "{}") -> re.Pattern[str]:
    return re.compile(frame.format("|".join(fold(wording) for wording in wordings or [r"(?!)"])))
