"""Finding topics by their words, in any script, width and case (playbook C8)."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Final

from ledger.script import fold

LATIN: Final = "a-z0-9\u00df-\u024f"


class Wordings:
    """The words of each topic, by its key. Chinese words are found anywhere, Latin ones as whole words."""

    def __init__(self, topics: Mapping[str, Sequence[str]]) -> None:
        self._patterns = {key: _pattern(words) for key, words in topics.items()}

    def of(self, text: str) -> tuple[str, ...]:
        """The topics that ``text`` names, in the order they were given."""
        written = _normal(text)
        return tuple(key for key, pattern in self._patterns.items() if pattern.search(written))


def _pattern(words: Sequence[str]) -> re.Pattern[str]:
    return re.compile("|".join(_whole(_normal(word)) for word in words))


def _whole(word: str) -> str:
    """A Latin letter or a figure at an end of the word has no other one beside it."""
    before = f"(?<![{LATIN}])" if re.match(f"[{LATIN}]", word) else ""
    after = f"(?![{LATIN}])" if re.search(f"[{LATIN}]$", word) else ""
    return before + re.escape(word) + after


def _normal(text: str) -> str:
    """In one script, width and case, with single blanks."""
    return " ".join(fold(unicodedata.normalize("NFKC", text).casefold()).split())
