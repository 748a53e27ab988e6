"""What a customer says reaches the ledger here: cases open, grow and are flagged (playbook A1, B1)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy.ext.asyncio import AsyncSession

from ledger.heard import Heard
from ledger.policy import Policy

Contact = Literal["given", "refused", "unknown"]


@dataclass(frozen=True, slots=True)
class Hearing:
    """How the case stands once a message was heard; every field is JSON.

    ``opened``, ``reopened`` and ``newly_special`` tell what this very message did. ``reasons`` are the codes
    of what makes it special. ``owner`` and ``department`` are names, the department's in the case's language;
    no owner yet is None: say "the team". ``due_at`` is the first response clock's time (ISO 8601, UTC), None
    once a person has answered. ``story_known``: enough was told to say it back. ``contact`` is about a phone
    number or address. ``emotions`` are the customer's levels in this conversation, oldest first, this
    message's last. ``narrative`` is the story in the customer's own words.
    """

    number: str
    pass_code: str
    type: str
    status: str
    opened: bool
    reopened: bool
    stage: str
    category: str | None
    severity: str
    special: bool
    newly_special: bool
    reasons: list[str]
    owner: str | None
    department: str | None
    due_at: str | None
    remedies: list[str]
    story_known: bool
    contact: Contact
    narrative: str
    emotions: list[int]


async def hear(
    session: AsyncSession, *, message_id: int, heard: Heard, policy: Policy, now: datetime
) -> Hearing | None:
    """Take one message of the customer into the ledger; None when there is no case and nothing to open.

    The first complaint opens a case; a special user who has not complained opens a contact case, which
    becomes a complaint when one is heard. A complaint about a resolved case that is not closed yet reopens
    it. Whatever is open grows: words, category, remedies, signals; severity only rises. Effect ``hear``.

    Raises:
        LookupError: there is no such inbound message.
    """
    raise NotImplementedError


async def new_matter(
    session: AsyncSession, *, message_id: int, heard: Heard, policy: Policy, now: datetime
) -> Hearing:
    """Open a further case in the same conversation, for a matter of its own. Effect ``new_matter``."""
    raise NotImplementedError
