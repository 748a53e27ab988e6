"""What the world outside the desk knows: what it was told was accepted, and what the platform got."""

from dataclasses import dataclass, field

from tests.emulator.state import Sent


@dataclass(frozen=True, slots=True)
class Accepted:
    """A customer's message that the desk, or the platform for it, took.

    ``address`` is the Telegram chat; None on the web, where ``conversation`` and ``message`` were told.
    """

    client_id: str
    text: str
    address: str | None = None
    conversation: int | None = None
    message: int | None = None


@dataclass(frozen=True, slots=True)
class Spoken:
    """What an agent sent; ``message`` is its id, None when no answer came: it may have been taken or not."""

    conversation: int
    text: str
    message: int | None


@dataclass(slots=True)
class Record:
    """Everything the auditor may believe besides the database.

    ``accepted`` is in the order in which each customer sent, ``calls`` in that in which the platform got
    them.
    """

    accepted: list[Accepted] = field(default_factory=list)
    spoken: list[Spoken] = field(default_factory=list)
    calls: list[Sent] = field(default_factory=list)
