"""How far a notice got on its way to staff (playbook B1: each delivery is on record)."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from ledger import queue
from ledger.live import notify
from ledger.models import Case, Clock, Notice, Staff
from ledger.services import entries
from ledger.services.case_lock import lock
from ledger.services.notices import receiver
from ledger.vocabulary import NoticeState


async def to_send(session: AsyncSession, notice_id: int) -> Notice | None:
    """The notice with its case, department and staff at hand; None when it is settled or unknown."""
    return await session.scalar(
        select(Notice)
        .where(Notice.id == notice_id, Notice.state == NoticeState.PENDING)
        .options(joinedload(Notice.staff), joinedload(Notice.case).joinedload(Case.department))
    )


async def clock_of(session: AsyncSession, notice: Notice) -> Clock | None:
    """The clock a notice is about, with who stopped it."""
    if notice.clock_id is None:
        return None
    return await session.scalar(
        select(Clock).where(Clock.id == notice.clock_id).options(joinedload(Clock.stopped_by))
    )


async def sent(session: AsyncSession, *, notice_id: int, now: datetime) -> None:
    """The receiver has it."""
    notice, case = await _held(session, notice_id)
    notice.state, notice.sent_at, notice.error = NoticeState.SENT, now, None
    notice.attempts += 1
    await _settle(session, notice, case, now)


async def failed(
    session: AsyncSession, *, notice_id: int, error: str, again_at: datetime | None, now: datetime
) -> None:
    """It did not get through: tried once more at ``again_at``, given up when that is None.

    ``error`` bears no secret: it stands in the console.
    """
    notice, case = await _held(session, notice_id)
    notice.error = error
    notice.attempts += 1
    if again_at is not None:
        await queue.send_notice(session, notice_id, receiver(notice), at=again_at)
        return
    notice.state = NoticeState.FAILED
    await _settle(session, notice, case, now)


async def _held(session: AsyncSession, notice_id: int) -> tuple[Notice, Case | None]:
    """The case first, then the notice, as everybody does who writes both."""
    case_id = await session.scalar(select(Notice.case_id).where(Notice.id == notice_id))
    case = None if case_id is None else await lock(session, case_id)
    return await session.get_one(Notice, notice_id, with_for_update=True), case


async def _settle(session: AsyncSession, notice: Notice, case: Case | None, now: datetime) -> None:
    told = [notice.staff_id] if notice.staff_id else []
    await notify(session, "notice", case=notice.case_id, kind=notice.kind, staff=told)
    if case is None:
        return
    staff = None if notice.staff_id is None else await session.get_one(Staff, notice.staff_id)
    await entries.record(
        session,
        case=case,
        actor=entries.SYSTEM,
        action=f"notice.{notice.state.value}",
        reason=notice.error,
        after={
            "way": notice.way.value,
            "kind": notice.kind.value,
            "to": staff.username if staff else notice.address,
            "attempts": notice.attempts,
        },
        now=now,
    )
