"""Ways in which the emulated platform fails, each used up one call at a time."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal[
    "too_many",
    "server_error",
    "gateway",
    "drop_before",
    "drop_after",
    "forbidden",
    "no_chat",
    "slow",
    "unauthorised",
    "repeat",
    "shuffle",
]


@dataclass(slots=True)
class Fault:
    """``times`` calls of ``method`` (``file`` for downloads, ``*`` for any) fail in the way of ``kind``.

    ``too_many`` is a 429 with ``seconds`` as ``retry_after``; ``server_error`` a 500 with a Bot API body;
    ``gateway`` a 502 of something in between, with HTML; ``drop_before`` and ``drop_after`` break the
    connection before or after the call had its effect; ``forbidden`` is a customer who blocked the bot,
    ``no_chat`` one who is gone; ``unauthorised`` is a token that is not valid;
    ``slow`` has its effect and answers after ``seconds``. Of ``getUpdates``: ``repeat`` hands out the last
    updates once more, confirmed or not; ``shuffle`` hands them out from the newest to the oldest.
    """

    method: str
    kind: Kind
    times: int = 1
    seconds: float = 1

    def applies(self, method: str) -> bool:
        return self.times > 0 and self.method in ("*", method)
