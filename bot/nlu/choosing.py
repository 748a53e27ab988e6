"""Which of several wordings is spoken: nobody hears the same sentence twice while another is left."""

import re
import zlib
from collections.abc import Sequence
from typing import Final, TypeVar

Anything = TypeVar("Anything")
_END: Final = re.compile(r"(?<=[。！？…!?])[”」』\"]?\s*|(?<=[.])(?:[”\"]?\s+|$)|\n+")
# What differs though the words are the same: case numbers, pass-codes, times.
_FILLED: Final = re.compile(
    r"QT-\d{4}-\d{6}|\b(?=[A-Z0-9]*\d|[A-Z]{6}\b)[A-Z0-9]{6}\b|\b\d{1,2}:\d{2}\b", re.ASCII
)


def sentences(text: str) -> frozenset[str]:
    """The sentences of a text, without their marks and the numbers filled into them."""
    parts = _END.split(_FILLED.sub("#", text))
    return frozenset(said for part in parts if (said := part.strip(' 。！？….!?”」"')))


def least_heard(wordings: Sequence[str], said: Sequence[str]) -> int | None:
    """The position of the wording whose sentences were not said yet, or longest ago; None of no wordings.

    ``said`` are the texts a conversation has heard, oldest first. A sentence that all wordings share (the
    customer's own words given back, say) tells nothing about which to choose.
    """
    last = {sentence: when for when, text in enumerate(said) for sentence in sentences(text)}
    spoken = [sentences(wording) for wording in wordings]
    shared = frozenset.intersection(*spoken) if len(spoken) > 1 else frozenset()

    def heard(position: int) -> int:
        return max((last.get(sentence, -1) for sentence in spoken[position] - shared), default=-1)

    return min(range(len(wordings)), key=heard, default=None)


def turned(wordings: Sequence[Anything], conversation: str) -> list[Anything]:
    """The wordings in an order that differs from conversation to conversation, and never within one."""
    start = zlib.crc32(conversation.encode()) % (len(wordings) or 1)
    return [*wordings[start:], *wordings[:start]]
