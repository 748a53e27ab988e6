"""Passing the word between the assistant, the queue and a person; every move is in the ledger.

The conversation's row is held for the move, so of two people who take it at once exactly one wins.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from ledger import live, queue
from ledger.errors import NotAllowed
from ledger.handoff import ENTRIES, AlreadyHeld, Move, NotHolder, after
from ledger.hours import is_open, next_opening
from ledger.models import Case, Conversation, Department, Staff
from ledger.policy import Policy
from ledger.services import (
    access,
    attendance,
    case_lock,
    circle,
    conversations,
    departments,
    entries,
    notices,
)
from ledger.services.entries import Actor
from ledger.services.working import take_on
from ledger.vocabulary import Holding, NoticeKind, Role


@dataclass(frozen=True, slots=True)
class Asked:
    """What became of asking for a person.

    ``fresh``: the conversation went to the queue just now. ``holder``: the name of who holds it already.
    ``open_now``: it is within business hours; otherwise ``next_opening`` says when a person is there, in the
    organisation's time zone (None: not within sixty days).
    """

    fresh: bool
    holder: str | None
    open_now: bool
    next_opening: datetime | None


async def ask_for_human(
    session: AsyncSession, *, conversation_id: int, reason: str, policy: Policy, now: datetime
) -> Asked:
    """Put the conversation in the queue for a person and tell the duty staff (playbook B4).

    ``reason`` is a code: ``customer_asked``, ``question``, ``anger``, ``engine_down``, ``unanswered``. Asked
    again while it waits or is held, nothing changes.
    """
    conversation = await conversations.lock(session, conversation_id)
    fresh = conversation.holding is Holding.BOT
    if fresh:
        case = await _move(session, conversation, Move.ASK, entries.ASSISTANT, now, reason=reason)
        await _call_staff(session, conversation, case, policy, now)
    holder = await _holder(session, conversation)
    open_now = is_open(policy.calendar(), now)
    return Asked(fresh, holder.name if holder else None, open_now, next_opening(policy.calendar(), now))


async def take(
    session: AsyncSession, *, conversation_id: int, staff: Staff, now: datetime, force: bool = False
) -> Conversation:
    """``staff`` holds the conversation from this instant; the assistant is silent. Taken twice: no change.

    A case that nobody owns yet is theirs with it (首问负责, playbook B4).

    ``force`` lets a supervisor take it over from somebody else.

    Raises:
        AlreadyHeld: somebody else holds it, or won by a moment; ``holder`` is the name.
        NotAllowed: ``force`` by somebody who is not a supervisor.
        LineHeld, NeedToKnow: it is about a graded case (playbook C6).
    """
    conversation = await conversations.lock(session, conversation_id)
    if conversation.holder_id == staff.id:
        return conversation
    await access.may_take(session, conversation=conversation, staff=staff)
    holder = await _holder(session, conversation)
    move = _taking_over(holder, staff, force) if holder else Move.TAKE
    case = await _move(session, conversation, move, Actor.staff(staff), now, holder=staff)
    if case is not None:
        await take_on(session, case, staff, now)
    return conversation


async def release(
    session: AsyncSession, *, conversation_id: int, staff: Staff, now: datetime
) -> Conversation:
    """Hand the conversation back to the assistant, which is told what was said meanwhile.

    Raises:
        NotHolder: ``staff`` neither holds it nor is a supervisor.
        IllegalMove: the assistant holds it already.
    """
    conversation = await conversations.lock(session, conversation_id)
    after(conversation.holding, Move.RELEASE)
    _only_holder(await _holder(session, conversation), staff)
    await _move(session, conversation, Move.RELEASE, Actor.staff(staff), now)
    await queue.remember(session, conversation.id)
    return conversation


async def pass_on(
    session: AsyncSession, *, conversation_id: int, staff: Staff, reason: str, policy: Policy, now: datetime
) -> Conversation:
    """Put a held conversation back in the queue for somebody else, with the reason on record (playbook D8).

    Raises:
        NotHolder: ``staff`` neither holds it nor is a supervisor.
        IllegalMove: nobody holds it.
    """
    conversation = await conversations.lock(session, conversation_id)
    after(conversation.holding, Move.PASS_ON)
    _only_holder(await _holder(session, conversation), staff)
    case = await _move(session, conversation, Move.PASS_ON, Actor.staff(staff), now, reason=reason)
    await _call_staff(session, conversation, case, policy, now)
    await queue.remember(session, conversation.id)
    return conversation


async def expire(
    session: AsyncSession, *, conversation_id: int, policy: Policy, now: datetime
) -> Conversation | None:
    """Put a conversation whose holder is gone back in the queue, and tell the duty staff and the holder.

    Gone is who left (off duty, signed out, no account any more), and who gave no sign of life for
    ``handoff.absent_after`` while the customer waits. None, and no change, when the holder is there.
    """
    conversation = await conversations.lock(session, conversation_id)
    reason = await attendance.why_forsaken(session, conversation_id=conversation_id, policy=policy, now=now)
    holder = await _holder(session, conversation)
    if reason is None or holder is None:
        return None
    case = await _move(session, conversation, Move.EXPIRE, entries.SYSTEM, now, reason=reason)
    await _call_staff(session, conversation, case, policy, now)
    await _tell_former_holder(session, conversation, case, holder, policy, now)
    await queue.remember(session, conversation.id)
    return conversation


async def take_back(
    session: AsyncSession, *, conversation_id: int, reason: str, now: datetime
) -> Conversation:
    """The word goes back to the assistant, whoever has it, because the desk says so (``reason``)."""
    conversation = await conversations.lock(session, conversation_id)
    if conversation.holding is not Holding.BOT:
        await _move(session, conversation, Move.RELEASE, entries.SYSTEM, now, reason=reason)
    return conversation


def _taking_over(holder: Staff, staff: Staff, force: bool) -> Move:
    if not force:
        raise AlreadyHeld(holder.name)
    if staff.role is Role.AGENT:
        raise NotAllowed(staff.username)
    return Move.TAKE_OVER


def _only_holder(holder: Staff | None, staff: Staff) -> None:
    if holder is not None and holder.id != staff.id and staff.role is Role.AGENT:
        raise NotHolder(staff.username)


async def _move(
    session: AsyncSession,
    conversation: Conversation,
    move: Move,
    actor: Actor,
    now: datetime,
    *,
    holder: Staff | None = None,
    reason: str | None = None,
) -> Case | None:
    """Pass the word as the table allows: the one place that does, so that each move has its entry.

    Returns the conversation's case, held. Raises IllegalMove.
    """
    before = _state(conversation, await _holder(session, conversation))
    target = after(conversation.holding, move)
    conversation.holding = target
    conversation.holder_id = holder.id if holder else None
    conversation.held_since = now if holder else None
    conversation.waiting_since = now if target is Holding.WAITING else None
    if target is not Holding.HUMAN:
        conversation.handoff_reason = reason
    return await _enter(session, conversation, ENTRIES[move], actor, before, holder, now)


async def _enter(
    session: AsyncSession,
    conversation: Conversation,
    action: str,
    actor: Actor,
    before: dict[str, str | int | None],
    holder: Staff | None,
    now: datetime,
) -> Case | None:
    """Write the move into the book of the conversation's case, or the desk's."""
    case = await conversations.current_case(session, conversation.id)
    if case is not None:
        case = await case_lock.lock(session, case.id)
    await entries.record(
        session,
        case=case,
        actor=actor,
        action=action,
        now=now,
        reason=conversation.handoff_reason,
        before=before,
        after=_state(conversation, holder),
    )
    await live.notify(session, "conversation", conversation=conversation.id)
    return case


async def _call_staff(
    session: AsyncSession, conversation: Conversation, case: Case | None, policy: Policy, now: datetime
) -> None:
    department = await _department(session, case)
    on_duty = await departments.duty(session, department, now) if department else []
    await notices.tell(
        session,
        kind=NoticeKind.HUMAN_WANTED,
        people=on_duty or await circle.at_headquarters(session, now),
        round=f"conversation:{conversation.id}:{now.isoformat()}",
        policy=policy,
        now=now,
        case=case,
        drill_id=conversation.drill_id,
    )


async def _tell_former_holder(
    session: AsyncSession,
    conversation: Conversation,
    case: Case | None,
    holder: Staff,
    policy: Policy,
    now: datetime,
) -> None:
    await notices.tell(
        session,
        kind=NoticeKind.HOLD_LOST,
        people=[holder],
        round=f"conversation:{conversation.id}:{now.isoformat()}",
        policy=policy,
        now=now,
        case=case,
        webhooks=False,
        drill_id=conversation.drill_id,
    )


async def _department(session: AsyncSession, case: Case | None) -> Department | None:
    if case is not None and case.department_id is not None:
        return await session.get(Department, case.department_id)
    return await departments.headquarters(session)


async def _holder(session: AsyncSession, conversation: Conversation) -> Staff | None:
    if conversation.holder_id is None:
        return None
    return await session.get(Staff, conversation.holder_id)


def _state(conversation: Conversation, holder: Staff | None) -> dict[str, str | int | None]:
    return {
        "conversation": conversation.id,
        "holding": conversation.holding.value,
        "holder": holder.username if holder else None,
    }
