"""What a member of staff promised a customer, and its keeping."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from ledger.models import Staff, Task
from ledger.policy import Policy


async def promise_call(
    session: AsyncSession,
    *,
    number: str,
    note: str,
    due_at: datetime,
    staff: Staff,
    policy: Policy,
    now: datetime,
    assignee: Staff | None = None,
) -> Task:
    """Record that the customer will be called by ``due_at``, by ``assignee`` (default: who promises).

    Starts the task's clock.

    Raises:
        NoSuchCase
        Missing: there is no note, or the time is past.
    """
    raise NotImplementedError


async def complete(session: AsyncSession, *, task_id: int, note: str, staff: Staff, now: datetime) -> Task:
    """Record that it was done, and what came of it; stops the task's clock, and the first response's.

    Raises:
        NoSuchTask
        AlreadyDone: it was done before.
    """
    raise NotImplementedError
