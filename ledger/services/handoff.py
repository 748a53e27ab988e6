"""Passing the word between the assistant, the queue and a person; every move is in the ledger.

The conversation's row is locked for the move, so of two people who take it at once exactly one wins.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from ledger.models import Conversation, Staff
from ledger.policy import Policy


@dataclass(frozen=True, slots=True)
class Asked:
    """What became of asking for a person.

    ``fresh``: the conversation went to the queue just now. ``holder``: the name of who holds it already.
    ``open_now``: it is within business hours; otherwise ``next_opening`` says when a person is there (UTC).
    """

    fresh: bool
    holder: str | None
    open_now: bool
    next_opening: datetime | None


async def ask_for_human(
    session: AsyncSession, *, conversation_id: int, reason: str, policy: Policy, now: datetime
) -> Asked:
    """Put the conversation in the queue for a person and tell the duty staff (playbook B4).

    ``reason`` is a code: ``customer_asked``, ``anger``, ``engine_down``. Asked again while it waits or is
    held, nothing changes.
    """
    raise NotImplementedError


async def take(
    session: AsyncSession, *, conversation_id: int, staff: Staff, now: datetime, force: bool = False
) -> Conversation:
    """``staff`` holds the conversation from this instant; the assistant is silent. Again by the same: no change.

    ``force`` lets a supervisor take it over from somebody else.

    Raises:
        AlreadyHeld: somebody else holds it, or won by a moment; ``holder`` is the name.
        NotAllowed: ``force`` by somebody who is not a supervisor.
    """
    raise NotImplementedError


async def release(
    session: AsyncSession, *, conversation_id: int, staff: Staff, now: datetime
) -> Conversation:
    """Hand the conversation back to the assistant, which is told what was said meanwhile.

    Raises:
        NotHolder: ``staff`` neither holds it nor is a supervisor.
        IllegalMove: the assistant holds it already.
    """
    raise NotImplementedError


async def pass_on(
    session: AsyncSession, *, conversation_id: int, staff: Staff, reason: str, policy: Policy, now: datetime
) -> Conversation:
    """Put a held conversation back in the queue for somebody else, with the reason on record (playbook D8).

    Raises:
        NotHolder: ``staff`` neither holds it nor is a supervisor.
        IllegalMove: nobody holds it.
    """
    raise NotImplementedError
