"""Who may speak next: the one table of moves between the assistant, the queue and a person.

* HandoffError
  - IllegalMove
  - AlreadyHeld
  - LineHeld
  - NotHolder
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from ledger.errors import LedgerError
from ledger.vocabulary import Holding


class Move(StrEnum):
    """What can be done with the word in a conversation."""

    ASK = "ask"
    TAKE = "take"
    TAKE_OVER = "take_over"
    PASS_ON = "pass_on"  # noqa: S105 — a move, not a secret
    RELEASE = "release"
    EXPIRE = "expire"


MOVES: Mapping[tuple[Holding, Move], Holding] = MappingProxyType(
    {
        (Holding.BOT, Move.ASK): Holding.WAITING,
        (Holding.BOT, Move.TAKE): Holding.HUMAN,
        (Holding.WAITING, Move.TAKE): Holding.HUMAN,
        (Holding.WAITING, Move.RELEASE): Holding.BOT,
        (Holding.HUMAN, Move.TAKE_OVER): Holding.HUMAN,
        (Holding.HUMAN, Move.PASS_ON): Holding.WAITING,
        (Holding.HUMAN, Move.RELEASE): Holding.BOT,
        (Holding.HUMAN, Move.EXPIRE): Holding.WAITING,
    }
)
ENTRIES: Mapping[Move, str] = MappingProxyType(
    {
        Move.ASK: "conversation.queued",
        Move.TAKE: "conversation.taken",
        Move.TAKE_OVER: "conversation.taken",
        Move.PASS_ON: "conversation.queued",
        Move.RELEASE: "conversation.released",
        Move.EXPIRE: "conversation.expired",
    }
)
"""How each move is called in the ledger."""


class HandoffError(LedgerError):
    """The word cannot be passed that way."""


class IllegalMove(HandoffError):  # noqa: N818
    """The conversation is not where this can be done."""


class AlreadyHeld(HandoffError):  # noqa: N818
    """Somebody else holds the conversation."""

    def __init__(self, holder: str) -> None:
        super().__init__(holder)
        self.holder = holder


class LineHeld(AlreadyHeld):
    """One named person alone speaks with this customer (单线联系, playbook C6)."""


class NotHolder(HandoffError):  # noqa: N818
    """Only who holds the conversation may do that."""


def after(holding: Holding, move: Move) -> Holding:
    """Who holds the conversation after ``move``. Raises IllegalMove when the table has no such move."""
    try:
        return MOVES[holding, move]
    except KeyError:
        raise IllegalMove(f"{holding} → {move}") from None
