"""Writing the ledger (台账), and proving that nobody has rewritten it (playbook C1)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Self

from sqlalchemy.ext.asyncio import AsyncSession

from ledger.models import Case, Entry, Staff
from ledger.vocabulary import ActorKind

DESK: Final = "desk"
"""The book of what belongs to no case."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who did it: ``name`` is a username for staff, the channel for a customer, else the kind itself."""

    kind: ActorKind
    name: str

    @classmethod
    def staff(cls, staff: Staff) -> Self:
        """A member of staff."""
        return cls(ActorKind.STAFF, staff.username)

    @classmethod
    def customer(cls, channel: str) -> Self:
        """The customer, on ``channel``."""
        return cls(ActorKind.CUSTOMER, channel)


ASSISTANT: Final = Actor(ActorKind.ASSISTANT, "assistant")
SYSTEM: Final = Actor(ActorKind.SYSTEM, "system")


@dataclass(frozen=True, slots=True)
class Broken:
    """The first broken link: ``book`` and ``position`` (0: the book as a whole), and what is wrong there."""

    book: str
    position: int
    problem: str


async def record(
    session: AsyncSession,
    *,
    case: Case | None,
    actor: Actor,
    action: str,
    now: datetime,
    reason: str | None = None,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> Entry:
    """Append an entry to the case's book, or to the desk's when ``case`` is None.

    The caller holds the case's row (``cases.lock``). ``action`` is a word like ``case.opened``. ``before``
    and ``after`` hold JSON without floats; personal data does not belong in them, since entries are for ever.
    """
    raise NotImplementedError


async def verify(session: AsyncSession) -> Broken | None:
    """Walk every book; None when the ledger is whole.

    Looks for a gap in the positions, a hash that is not that of the content or not that of the entry before,
    and a case without a book that begins with its opening.
    """
    raise NotImplementedError


async def seal(session: AsyncSession) -> str:
    """One line to keep elsewhere, ``<last entry id>:<SHA-256 over the head of every book>``."""
    raise NotImplementedError


async def matches(session: AsyncSession, kept: str) -> bool:
    """Whether the ledger up to the entry named in ``kept`` is still the one ``kept`` was the seal of."""
    raise NotImplementedError
