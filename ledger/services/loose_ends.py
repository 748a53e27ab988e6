"""People are called to what should have ended by itself and has not (docs/conversation.md)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Select, exists, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from ledger import live, queue
from ledger.models import Clock, Conversation, Message
from ledger.policy import Policy
from ledger.services import alarms, conversations, handoff, watchdog
from ledger.views import endings
from ledger.vocabulary import ClockKind

UNANSWERED: Final = "unanswered"


async def go_on_escalating(session: AsyncSession) -> None:
    """Have the next step taken of escalations that stand still, since no job of theirs is there."""
    for clock_id, step in (await session.execute(_standing_still())).all():
        await queue.defer(session, queue.CLOCK_ESCALATE, clock_id=clock_id, step=step)


async def without_end(session: AsyncSession, *, policy: Policy, now: datetime) -> Sequence[int]:
    """The conversations with messages that came to no end, and about which nobody was called yet."""
    found = endings.overdue(now - policy.watchdog.alarm_after).subquery()
    fresh = select(found.c.conversation).where(found.c.alarmed_at.is_(None)).distinct()
    return (await session.scalars(fresh.order_by(found.c.conversation).limit(watchdog.AT_ONCE))).all()


async def call_people(
    session: AsyncSession, *, conversation_id: int, policy: Policy, now: datetime
) -> Conversation | None:
    """Raise the alarm about a conversation's messages without end, once for each, and ask for a person in it.

    Administrators and supervisors are told at once, but while such an alarm is open anywhere not again before
    ``alarm_after`` has gone by: when the engine is away, it is away for all. None when nobody had to be asked
    for, or there is nothing (any more) to call about.
    """
    conversation = await conversations.lock(session, conversation_id)
    found = endings.overdue(now - policy.watchdog.alarm_after).subquery()
    here = select(found.c.message).where(
        found.c.conversation == conversation_id, found.c.alarmed_at.is_(None)
    )
    fresh = (await session.scalars(here.order_by(found.c.message))).all()
    if not fresh:
        return None
    lately = exists().where(found.c.alarmed_at > now - policy.watchdog.alarm_after)
    told_lately = await session.scalar(select(lately))
    await session.execute(update(Message).where(Message.id.in_(fresh)).values(alarmed_at=now))
    if not told_lately:
        await alarms.unanswered(
            session,
            conversation_id=conversation_id,
            message_id=fresh[0],
            policy=policy,
            now=now,
            drill_id=conversation.drill_id,
        )
    asked = await handoff.ask_for_human(
        session, conversation_id=conversation_id, reason=UNANSWERED, policy=policy, now=now
    )
    await live.notify(session, "conversation", conversation=conversation_id)
    return conversation if asked.fresh else None


async def warn(session: AsyncSession, *, policy: Policy, now: datetime) -> None:
    """Tell the administrators of replies, notices and clocks that are not seen to in time."""
    late = {
        "replies": exists().where(*endings.replies_overdue(policy, now)),
        "notices": exists().where(*endings.notices_overdue(policy, now)),
        "clocks": exists().where(*endings.clocks_unmarked(policy, now)),
    }
    for what, condition in late.items():
        if await session.scalar(select(condition)):
            await alarms.overdue(session, what=what, policy=policy, now=now)


def _standing_still() -> Select[int, int]:
    """Headquarters' clocks that are breached and run on, and no next step is to come."""
    return (
        select(Clock.id, Clock.escalated)
        .where(
            Clock.kind == ClockKind.HEADQUARTERS,
            Clock.stopped_at.is_(None),
            Clock.breached_at.is_not(None),
            ~watchdog.has_job(queue.CLOCK_ESCALATE, "clock_id", Clock.id),
        )
        .limit(watchdog.AT_ONCE)
    )
