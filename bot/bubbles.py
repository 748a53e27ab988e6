"""One answer in one bubble: what belongs together is said in one message (voice.md, shape of a turn)."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from ledger.services.messages import Reply
from ledger.vocabulary import Stage

ORDER: Final = tuple(Stage)
ASKING: Final = frozenset({Stage.LISTEN, Stage.ACKNOWLEDGE})
"""The feeling and the question after it are one breath; our word stands by itself."""
LONGEST: Final = {True: 180, False: 420}
"""Characters in one bubble, in Chinese and in scripts that take more of them."""


def in_bubbles(replies: Iterable[Reply]) -> list[Reply]:
    """The replies of one turn, those that belong together joined; order, words and buttons are kept.

    A bubble bears the scripts of its parts, joined by ``+``, and the furthest of their stages: the stage that
    its words show.
    """
    bubbles: list[Reply] = []
    for reply in replies:
        if bubbles and _belong_together(bubbles[-1], reply):
            bubbles[-1] = _joined(bubbles[-1], reply)
        else:
            bubbles.append(reply)
    return bubbles


def _belong_together(one: Reply, other: Reply) -> bool:
    if one.stage is None or other.stage is None or one.buttons:
        return False
    text = one.text + other.text
    fits = len(text) <= LONGEST[_is_chinese(text)]
    return fits and (one.stage is other.stage or {one.stage, other.stage} <= ASKING)


def _joined(one: Reply, other: Reply) -> Reply:
    gap = "" if _is_chinese(one.text[-1:] + other.text[:1]) else " "
    scripts: Sequence[str] = [script for script in (one.script, other.script) if script]
    return replace(
        other,
        text=f"{one.text.rstrip()}{gap}{other.text.lstrip()}",
        stage=max((one.stage, other.stage), key=lambda stage: ORDER.index(stage or Stage.LISTEN)),
        script="+".join(scripts) or None,
    )


def _is_chinese(text: str) -> bool:
    """Whether ideographs or their marks stand in a text."""
    return any("\u3000" <= character <= "\u9fff" or "\uff00" <= character <= "\uffef" for character in text)
