"""Clocks (playbook C3): started, stopped by a named person, breached at the second they are due.

``fall_due``, ``remind`` and ``escalate`` are the bodies of the jobs ``queue.CLOCK_DUE`` ``{clock_id}``,
``queue.CLOCK_REMIND`` ``{clock_id, round}`` and ``queue.CLOCK_ESCALATE`` ``{clock_id, step}``. Each reads the
clock again and does nothing when it was stopped, or when it ran before.
"""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from ledger.models import Case, Clock, Staff, Task
from ledger.policy import Policy
from ledger.vocabulary import ClockKind


async def start(
    session: AsyncSession,
    *,
    case: Case,
    kind: ClockKind,
    policy: Policy,
    now: datetime,
    due_at: datetime | None = None,
    task: Task | None = None,
) -> Clock:
    """Start a clock on a case the caller holds, due after the policy's length unless ``due_at`` is given.

    A clock of this kind that already runs is returned as it is; clocks of tasks stand beside each other.
    """
    raise NotImplementedError


async def stop(session: AsyncSession, *, clock: Clock, by: Staff | None, reason: str, now: datetime) -> None:
    """Stop a clock of a case the caller holds, once; late is breached, whether or not anybody was awake."""
    raise NotImplementedError


async def stop_first_response(session: AsyncSession, case: Case, staff: Staff, now: datetime) -> None:
    """Stop the first response clock: a named person has written or called. The caller holds the case."""
    raise NotImplementedError


async def acknowledge(session: AsyncSession, *, number: str, staff: Staff, now: datetime) -> Clock:
    """Headquarters knows: stop the case's headquarters clock in ``staff``'s name (playbook B1).

    Raises:
        NoSuchCase
        NotSpecial: no headquarters clock was ever started.
        AlreadyAcknowledged: somebody else has (``by``, ``at``); the same person again is no error.
        NotAllowed: neither head, delegate nor on duty at headquarters, nor supervisor or administrator.
    """
    raise NotImplementedError


async def may_acknowledge(session: AsyncSession, staff: Staff) -> bool:
    """Whether ``staff`` may stop headquarters' clocks."""
    raise NotImplementedError


async def fall_due(session: AsyncSession, *, clock_id: int, policy: Policy, now: datetime) -> None:
    """Record that the clock is breached, tell those in charge, and begin the escalation."""
    raise NotImplementedError


async def remind(session: AsyncSession, *, clock_id: int, round: str, policy: Policy, now: datetime) -> None:
    """Remind those in charge before the clock is due; ``round`` tells its reminders apart (``15m``)."""
    raise NotImplementedError


async def escalate(session: AsyncSession, *, clock_id: int, step: int, policy: Policy, now: datetime) -> None:
    """Take escalation step ``step`` (from 0); past the last one, urge everybody, again and again (盯促)."""
    raise NotImplementedError
