"""Waiting for the customer: clocks that pause stand still until the customer writes, or staff go on (C3).

``answered`` is the body of the job ``queue.CUSTOMER_WROTE`` ``{message_id}``. A wait is a row of history;
whoever begins or ends one holds the case.
"""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.errors import AlreadyWaiting, Missing, NotWaiting
from ledger.live import notify
from ledger.models import Case, Conversation, Message, Staff, Wait
from ledger.policy import Policy
from ledger.services import clocks, waits
from ledger.services.case_lock import case_numbered, lock
from ledger.services.entries import Actor, record
from ledger.services.working import open_case_numbered


async def wait(
    session: AsyncSession, *, number: str, reason: str, staff: Staff, policy: Policy, now: datetime
) -> Case:
    """Say that it is for the customer to answer, and ``reason`` what; clocks that pause stand still.

    Raises:
        NoSuchCase, AlreadyResolved
        AlreadyWaiting
        Missing: no reason was given.
    """
    if not reason.strip():
        raise Missing("reason")
    case = await open_case_numbered(session, number)
    if await waits.running(session, case):
        raise AlreadyWaiting(case.number)
    session.add(Wait(case_id=case.id, since=now, reason=reason.strip(), by_id=staff.id))
    await session.flush()
    actor = Actor.staff(staff)
    await record(session, case=case, actor=actor, action="case.waiting", now=now, reason=reason.strip())
    await clocks.reckon(session, case=case, policy=policy, now=now)
    await notify(session, "case", case=case.id, number=case.number)
    return case


async def go_on(session: AsyncSession, *, number: str, staff: Staff, policy: Policy, now: datetime) -> Case:
    """Wait no longer, though the customer has not written here: they called, or it is not needed any more.

    Raises:
        NoSuchCase
        NotWaiting
    """
    case = await case_numbered(session, number)
    if not await waits.end(session, case=case, by=staff, reason="taken_up", at=now, now=now):
        raise NotWaiting(case.number)
    await clocks.reckon(session, case=case, policy=policy, now=now)
    return case


async def answered(session: AsyncSession, *, message_id: int, policy: Policy, now: datetime) -> None:
    """End what waited for the customer when they wrote this message, from that moment on."""
    message = await session.get_one(Message, message_id)
    conversation = await session.get_one(Conversation, message.conversation_id)
    waiting = select(Wait.case_id).join(Case, Case.id == Wait.case_id)
    theirs = waiting.where(Case.customer_id == conversation.customer_id, Wait.until.is_(None))
    earlier = theirs.where(Wait.since <= message.at).order_by(Wait.case_id)
    for case_id in (await session.scalars(earlier)).all():
        case = await lock(session, case_id)
        if await waits.end(session, case=case, by=None, reason="answered", at=message.at, now=now):
            await clocks.reckon(session, case=case, policy=policy, now=now)
