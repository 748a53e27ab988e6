"""The port every platform is reached through.

A further channel is one file that implements ``Channel`` and calls ``conversation.receive`` for what comes
in; the suite in ``tests/integration/test_channels.py`` runs over every adapter.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol


class DeliveryError(Exception):
    """The message did not get through."""


class DeliveryRefused(DeliveryError):  # noqa: N818
    """The platform refused the message for good: the customer blocked us, or the chat is gone."""


class DeliveryUncertain(DeliveryError):  # noqa: N818
    """The connection broke after sending; the platform may or may not have the message."""


class DeliveryDelayed(DeliveryError):  # noqa: N818
    """The message surely did not get through, and may be tried again after ``retry_after`` seconds."""

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class Button:
    """A quick reply: ``title`` is shown, ``payload`` is what the customer is taken to have said."""

    title: str
    payload: str


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message on its way out. ``id`` is its row's id, ``address`` the identity's on this channel."""

    id: int
    address: str
    text: str
    buttons: Sequence[Button] = field(default=())


class Channel(Protocol):
    """One platform.

    ``pulled``: customers read their messages from the desk's own log, so that a message is delivered when it
    is stored, and ``send`` is never called (web chat).
    """

    name: str
    pulled: bool

    @property
    def reachable(self) -> bool:
        """Whether the platform answered when it was last asked for news."""

    async def start(self) -> None:
        """Begin to receive."""

    async def stop(self) -> None:
        """Stop receiving; what was received is committed."""

    async def send(self, message: Outgoing) -> str | None:
        """Hand ``message`` to the platform and return the platform's id of it, if it has one.

        Raises:
            DeliveryRefused: it will never get through.
            DeliveryUncertain: nobody can know whether it did.
            DeliveryDelayed: it did not, and may be tried again.
        """

    async def typing(self, address: str) -> None:
        """Show that the desk is writing; failures are of no consequence."""
