"""Who is told, and by which ways: one row for each, with the job that sends it (playbook B1).

The console's row is the notice itself and counts as sent at once; each of the others waits for
``queue.SEND_NOTICE`` ``{notice_id}``.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from ledger import queue
from ledger.live import notify
from ledger.models import Case, Clock, Notice, Staff
from ledger.policy import Policy
from ledger.services import casting
from ledger.vocabulary import NoticeKind, NoticeState, Way


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
    drill_id: int | None = None,
) -> list[Notice]:
    """Tell ``people`` by every way they have, and the group robots; the notices that are new.

    The same (case, kind, ``round``, person, way) is never told twice: a second call returns nothing. A
    notice about no case needs a ``round`` that names its subject (``conversation:12:2026-…``), and
    ``drill_id`` where a drill set it off. Of a drill played without the real people its own are told.
    """
    drill_id = case.drill_id if case else drill_id
    if drill_id is not None and await casting.is_played(session, drill_id):
        people, webhooks = await casting.told(session, drill_id, people, kind), False
    ways = [way for staff in _once_each(people) for way in _ways_to(staff, policy)]
    ways += _robots(kind, policy) if webhooks else []
    subject = {
        "case_id": case.id if case else None,
        "clock_id": clock.id if clock else None,
        "kind": kind,
        "round": round,
        "at": now,
        "drill_id": drill_id,
    }
    new = await _insert(session, [subject | way for way in ways], now)
    for notice in new:
        if notice.way is not Way.CONSOLE:
            await queue.send_notice(session, notice.id, receiver(notice))
    if new:
        told = sorted({notice.staff_id for notice in new if notice.staff_id})
        await notify(session, "notice", case=subject["case_id"], kind=kind, staff=told)
    return new


async def see(session: AsyncSession, *, notice_id: int, staff: Staff, now: datetime) -> None:
    """Mark a console notice of ``staff`` as seen."""
    own = (Notice.id == notice_id) & (Notice.staff_id == staff.id) & Notice.seen_at.is_(None)
    await session.execute(update(Notice).where(own).values(seen_at=now))
    await notify(session, "notice", case=None, kind=None, staff=[staff.id])


def receiver(notice: Notice) -> str:
    """Who takes a notice and may be slow about it: a group robot by its name, else the way itself."""
    return f"{notice.way}:{notice.address}" if notice.way is Way.WEBHOOK else notice.way


def _once_each(people: Sequence[Staff]) -> Iterator[Staff]:
    active = {staff.id: staff for staff in people if staff.disabled_at is None}
    return iter(active.values())


def _ways_to(staff: Staff, policy: Policy) -> Iterator[dict[str, Any]]:
    yield {"staff_id": staff.id, "way": Way.CONSOLE, "address": None}
    if staff.telegram_chat:
        yield {"staff_id": staff.id, "way": Way.TELEGRAM, "address": staff.telegram_chat}
    if staff.email and policy.notices.email:
        yield {"staff_id": staff.id, "way": Way.EMAIL, "address": staff.email}


def _robots(kind: NoticeKind, policy: Policy) -> list[dict[str, Any]]:
    hooks = [hook for hook in policy.notices.webhooks if not hook.kinds or kind in hook.kinds]
    return [{"staff_id": None, "way": Way.WEBHOOK, "address": hook.name} for hook in hooks]


async def _insert(session: AsyncSession, rows: list[dict[str, Any]], now: datetime) -> list[Notice]:
    if not rows:
        return []
    for row in rows:
        at_once = row["way"] is Way.CONSOLE
        row |= {"state": NoticeState.SENT if at_once else NoticeState.PENDING}
        row |= {"sent_at": now if at_once else None}
    statement = insert(Notice).values(rows).on_conflict_do_nothing().returning(Notice)
    return list(await session.scalars(statement))
