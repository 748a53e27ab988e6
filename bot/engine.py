"""The client of the engine's HTTP channel (``bot/nlu/channel.py``): turns, hearing, memory.

* EngineError
  - EngineUnavailable
  - TurnFailed
      + ActionFailed
      + NothingSaid
  - EngineRefused
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ledger.heard import Heard
from ledger.services.messages import Reply
from ledger.vocabulary import Language


class EngineError(Exception):
    """The engine did not do what it was asked."""


class EngineUnavailable(EngineError):  # noqa: N818
    """No engine answered in time."""


class TurnFailed(EngineError):  # noqa: N818
    """The engine ran the turn and it came to nothing."""


class ActionFailed(TurnFailed):
    """A custom action failed; the engine has taken the turn back."""


class NothingSaid(TurnFailed):
    """The turn ended without a word for the customer."""


class EngineRefused(EngineError):  # noqa: N818
    """The engine refused the request: a wrong token, or a request it does not understand."""


@dataclass(frozen=True, slots=True)
class Turn:
    """The assistant's answer to one message, and what was heard in it."""

    replies: tuple[Reply, ...]
    heard: Heard


class Engine:
    """One or several engines that share a tracker store; the next is asked when one does not answer."""

    async def turn(self, *, conversation_id: int, message_id: int, text: str, language: Language) -> Turn:
        """Have the assistant answer. Raises EngineError; asked again for the same message, it starts over."""
        raise NotImplementedError

    async def trigger(
        self, *, conversation_id: int, key: str, intent: str, entities: Mapping[str, Any]
    ) -> tuple[Reply, ...]:
        """Have the assistant speak first, because of ``intent``. Raises EngineError."""
        raise NotImplementedError

    async def parse(self, text: str) -> Heard:
        """Hear a message without answering it. Raises EngineError."""
        raise NotImplementedError

    async def remember(self, *, conversation_id: int, turns: Sequence[Mapping[str, Any]]) -> None:
        """Tell the assistant what people said to each other: ``{"author", "text", "message_id"}`` each."""
        raise NotImplementedError

    async def forget(self, *, conversation_id: int, message_id: int) -> None:
        """Take a turn out of the assistant's memory, because its reply was dropped."""
        raise NotImplementedError
