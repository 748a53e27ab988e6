"""What changed from one text to the next, for a reader: Chinese by the character, letters by the word."""

import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from enum import StrEnum
from typing import Final

TOKENS: Final = re.compile(r"[A-Za-z0-9'’]+|\s+|.", re.DOTALL)


class Change(StrEnum):
    """What became of a piece of text."""

    SAME = "same"
    GONE = "gone"
    NEW = "new"


def differences(before: str, after: str) -> Iterator[tuple[Change, str]]:
    """The pieces of both texts in order; without ``gone`` they are ``after``, without ``new`` ``before``."""
    old, new = TOKENS.findall(before), TOKENS.findall(after)
    for change, old_from, old_to, new_from, new_to in SequenceMatcher(
        None, old, new, autojunk=False
    ).get_opcodes():
        if change == "equal":
            yield Change.SAME, "".join(old[old_from:old_to])
            continue
        if old_from < old_to:
            yield Change.GONE, "".join(old[old_from:old_to])
        if new_from < new_to:
            yield Change.NEW, "".join(new[new_from:new_to])
