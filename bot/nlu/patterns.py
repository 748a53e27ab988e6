"""Patterns of the signal lexicon: what is said, unless it is said of something else or denied."""

import re
from dataclasses import dataclass
from functools import cache

from bot.nlu.lexicon import load
from bot.nlu.script import fold

_GONE = "\N{MIDDLE DOT}"


@dataclass(frozen=True)
class Pattern:
    """One signal's wording: `says` finds it, `unless` are look-alikes that are blanked out first."""

    says: re.Pattern[str]
    unless: re.Pattern[str]

    def found_in(self, folded: str) -> bool:
        """Whether the folded text says it, in at least one place without denying it."""
        kept = self.unless.sub(lambda gone: _GONE * len(gone.group()), folded)
        return any(not _denied(kept[: said.start()]) for said in self.says.finditer(kept))


def found(lexicon: str, text: str) -> list[str]:
    """The sorted names of the lexicon's patterns that the text says."""
    folded = fold(text)
    return sorted(name for name, pattern in _patterns(lexicon).items() if pattern.found_in(folded))


def _denied(before: str) -> bool:
    return bool(_denial().search(before[-24:]))


@cache
def _denial() -> re.Pattern[str]:
    return _compiled(load("denials")["before"], "(?:{})$")


@cache
def _patterns(lexicon: str) -> dict[str, Pattern]:
    entries = load(lexicon).items()
    return {
        name: Pattern(_compiled(entry["says"]), _compiled(entry.get("unless"))) for name, entry in entries
    }


def _compiled(wordings: list[str] | None, frame: str = "{}") -> re.Pattern[str]:
    return re.compile(frame.format("|".join(fold(wording) for wording in wordings or [r"(?!)"])))
