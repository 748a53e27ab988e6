"""The end of a case, and its coming back (playbook A1 revisit, C1 closed loop)."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from ledger.models import Case, Staff
from ledger.policy import Policy


@dataclass(frozen=True, slots=True)
class Rated:
    """What became of a rating: the case's number, and whether it was reopened for it."""

    number: str
    reopened: bool


async def withdraw(session: AsyncSession, *, message_id: int, now: datetime) -> str | None:
    """End the conversation's open case because its customer wishes so; its number, None without one.

    Stops every clock but headquarters'. Effect ``withdraw``.
    """
    raise NotImplementedError


async def rate(
    session: AsyncSession,
    *,
    message_id: int,
    policy: Policy,
    now: datetime,
    rating: int | None = None,
    opinion: str | None = None,
) -> Rated | None:
    """Record the customer's rating (1 to 5) or opinion of how it was solved; None without a resolved case.

    A low rating reopens the case, any other closes it; an opinion may follow later. Effect ``rate``.

    Raises:
        Missing: neither was given, or the rating is not one of 1 to 5.
    """
    raise NotImplementedError


async def resolve(
    session: AsyncSession,
    *,
    number: str,
    remedy: str,
    outcome: str,
    root_cause: str,
    staff: Staff,
    policy: Policy,
    now: datetime,
) -> Case:
    """Mark the case solved: the customer is told, and asked again later (revisit).

    ``remedy`` is what was given, ``outcome`` what the customer is told. Stops every clock but headquarters'
    and starts the revisit's.

    Raises:
        NoSuchCase, AlreadyResolved
        Missing: outcome or root cause is empty.
    """
    raise NotImplementedError


async def reopen(
    session: AsyncSession, *, number: str, reason: str, staff: Staff, policy: Policy, now: datetime
) -> Case:
    """Open a resolved or withdrawn case again, and promise the next word on it.

    Raises:
        NoSuchCase, NotResolved
        Missing: no reason was given.
    """
    raise NotImplementedError
