"""Words that are searched for in a text, literally: in either script, any width and case (docs/growth.md).

The database's function ``message_grams`` cuts a text into pieces, two Chinese characters or three letters
long, one beginning at every character. A text that contains the words contains their pieces: an index over
pieces finds the few that may, and the pattern says which do. Pieces bear the number of the *shelf* their
message stands on, so that what is new can be searched without what is old.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import Final

from ledger.script import fold, variants

SHELF_BITS: Final = 16
PIECES: Final = 8
"""How many pieces of long words the index is asked for; the pattern does the rest."""
SPELLINGS: Final = 32

_RUNS: Final = re.compile("(?P<han>[㐀-鿿]+)|[a-z0-9]+")


def shelf_of(message_id: int) -> int:
    """The shelf a message stands on: 65,536 messages of the same time."""
    return message_id >> SHELF_BITS


def pieces(text: str) -> frozenset[str]:
    """The pieces a text is cut into, in one script and case."""
    runs = _RUNS.finditer(fold(text))
    return frozenset(piece for run in runs for piece, wild in _pieces_of(run) if not wild)


@dataclass(frozen=True)
class Words:
    """What is searched for; not blank."""

    text: str

    @cached_property
    def pattern(self) -> str:
        """A regular expression of PostgreSQL that matches the texts containing the words."""
        return "".join(_one_of(letter) for letter in fold(self.text) if letter != "\0")

    @property
    def indexed(self) -> bool:
        """Whether the index can tell texts apart by them: it knows no punctuation and no pictures."""
        return bool(self._pieces)

    def query(self, shelf: int) -> str:
        """The ``tsquery`` for the texts on a shelf that may contain the words."""
        return " & ".join(
            "(" + " | ".join(f"'{shelf}:{spelling}'{wild}" for spelling in spellings) + ")"
            for spellings, wild in self._pieces
        )

    @cached_property
    def _pieces(self) -> list[tuple[list[str], str]]:
        found = (piece for run in _RUNS.finditer(fold(self.text)) for piece in _pieces_of(run))
        spelt = ((_spellings(piece), wild) for piece, wild in dict.fromkeys(found))
        return [(spellings, wild) for spellings, wild in spelt if len(spellings) <= SPELLINGS][:PIECES]


def _pieces_of(run: re.Match[str]) -> Iterator[tuple[str, str]]:
    size, letters = 2 if run["han"] else 3, run[0]
    if len(letters) < size:
        yield letters, ":*"
    for place in range(len(letters) - size + 1):
        yield letters[place : place + size], ""


def _spellings(piece: str) -> list[str]:
    """As the index may hold it: the index knows capitals and widths, and leaves Chinese as it was written."""
    if piece.isascii():
        return [piece]
    return ["".join(letters) for letters in product(*(variants(letter) for letter in piece))]


def _one_of(letter: str) -> str:
    return "[" + "".join(f"\\{one}" if one in "\\]^-[" else one for one in variants(letter)) + "]"
