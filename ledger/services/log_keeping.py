"""What was kept long enough is deleted: views and sign-ins, with one line in the ledger (playbook C6)."""

from datetime import datetime
from typing import Final

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.models import SignIn, View
from ledger.policy import Policy
from ledger.services.entries import SYSTEM, record

AT_ONCE: Final = 10_000


async def expire(session: AsyncSession, *, policy: Policy, now: datetime) -> int:
    """Delete what is older than the policy keeps, so many at once; how many were deleted."""
    gone = {
        "views": await _delete(session, View, now - policy.secrecy.keep_views),
        "sign_ins": await _delete(session, SignIn, now - policy.secrecy.keep_sign_ins),
    }
    if any(gone.values()):
        await record(session, case=None, actor=SYSTEM, action="audit.logs_expired", now=now, after=gone)
    return sum(gone.values())


async def _delete(session: AsyncSession, log: type[View | SignIn], before: datetime) -> int:
    old = select(log.id).where(log.at < before).order_by(log.at).limit(AT_ONCE)
    return len((await session.scalars(delete(log).where(log.id.in_(old)).returning(log.id))).all())
