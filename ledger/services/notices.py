"""Who is told, and by which ways: one row for each, with the job that sends it (playbook B1).

The console's row is the notice itself and counts as sent at once; each of the others waits for
``queue.SEND_NOTICE`` ``{notice_id}``.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from ledger.models import Case, Clock, Notice, Staff
from ledger.policy import Policy
from ledger.vocabulary import NoticeKind


async def tell(
    session: AsyncSession,
    *,
    kind: NoticeKind,
    people: Sequence[Staff],
    round: str,
    policy: Policy,
    now: datetime,
    case: Case | None = None,
    clock: Clock | None = None,
    webhooks: bool = True,
) -> list[Notice]:
    """Tell ``people`` by every way they have, and the group robots; the notices that are new.

    The same (case, kind, ``round``, person, way) is never told twice: a second call returns nothing. A
    notice about no case needs a ``round`` that names its subject (``conversation:12:2026-…``).
    """
    raise NotImplementedError


async def see(session: AsyncSession, *, notice_id: int, staff: Staff, now: datetime) -> None:
    """Mark a console notice of ``staff`` as seen."""
    raise NotImplementedError
