"""What staff do with a case between its opening and its end."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from ledger.models import Case, Department, Staff
from ledger.policy import Policy


async def progress(
    session: AsyncSession, *, number: str, text: str, staff: Staff, policy: Policy, now: datetime
) -> Case:
    """Tell the customer how it goes (the feedback stage), and promise the next word.

    The update is a named person's word, so it stops the first response clock; it stops the running progress
    clock and starts the next. Without a conversation to write to it becomes a task: call the customer.

    Raises:
        NoSuchCase
        AlreadyResolved
        Missing: the text is empty.
    """
    raise NotImplementedError


async def assign(
    session: AsyncSession,
    *,
    number: str,
    reason: str,
    staff: Staff,
    now: datetime,
    owner: Staff | None = None,
    department: Department | None = None,
) -> Case:
    """Pass the case to ``owner``, to ``department``, or both; never without a trace (不得推诿).

    Raises:
        NoSuchCase
        Missing: no reason was given, or nobody to pass it to.
    """
    raise NotImplementedError


async def flag(
    session: AsyncSession, *, number: str, reason: str, staff: Staff, policy: Policy, now: datetime
) -> Case:
    """Flag the case's customer as special by a member of staff's judgement, with the reason (playbook B1).

    Raises:
        NoSuchCase
        Missing: no reason was given.
    """
    raise NotImplementedError
