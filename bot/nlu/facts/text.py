"""A text to be read for facts, and a fact found in it."""

import re
from functools import cached_property, partial
from typing import Any, NamedTuple

from bot.nlu.script import fold

pattern = partial(re.compile, flags=re.ASCII)
"""An expression that sees a word's boundary between a Latin letter and a Chinese character."""


class Found(NamedTuple):
    """One fact: its kind, what it comes to, and where it stands in the text."""

    kind: str
    value: Any
    start: int
    end: int


class Text:
    """The text as it was written and folded to one spelling; positions are the same in both."""

    def __init__(self, written: str) -> None:
        self.written = written
        self.folded = fold(written)

    @cached_property
    def traditional(self) -> bool:
        """Whether it has characters that only the traditional script uses."""
        return any(
            one != other and "㐀" <= one <= "鿿" for one, other in zip(self.written, self.folded, strict=True)
        )
