"""Who of the staff is at the desk: signs of life, leaving, and conversations whose holder is gone.

A sign of life is a row's column, so that any process may judge it: an open page of the console or a request
with a credential refreshes ``last_seen_at``, never more often than it takes to tell who is absent.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, TypeVar

from sqlalchemy import ColumnElement, Select, SQLColumnExpression, case, exists, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.models import Case, Conversation, Credential, Message, Staff, case_conversations
from ledger.policy import Policy
from ledger.vocabulary import Author, Holding

T = TypeVar("T")
LEFT: Final = "holder_left"
ABSENT: Final = "holder_absent"
SIGNS_WHILE_PRESENT: Final = 4
"""So often a sign of life is kept before who gives none counts as absent."""


async def seen(session: AsyncSession, *, staff: Staff, policy: Policy, now: datetime) -> None:
    """``staff`` has given a sign of life; written only when the last one is growing old."""
    if staff.last_seen_at is not None and staff.last_seen_at > now - sign_every(policy):
        return
    staff.last_seen_at = now
    await session.execute(update(Staff).where(Staff.id == staff.id).values(last_seen_at=now))


def sign_every(policy: Policy) -> timedelta:
    """How often a sign of life is worth keeping."""
    return policy.handoff.absent_after / SIGNS_WHILE_PRESENT


def leave(staff: Staff, now: datetime) -> None:
    """``staff`` goes: what they hold goes back to the queue."""
    staff.left_at = now


async def signed_out(session: AsyncSession, staff: Staff, now: datetime) -> None:
    """A session of ``staff`` ended; who has no other one has left."""
    open_one = exists().where(
        Credential.staff_id == staff.id, Credential.kind == "session", Credential.expires_at > now
    )
    if not await session.scalar(select(open_one)):
        leave(staff, now)


async def forsaken(session: AsyncSession, *, policy: Policy, now: datetime) -> Sequence[int]:
    """The conversations whose holder is gone."""
    return [found for found, _ in await session.execute(_forsaken(policy, now))]


async def why_forsaken(
    session: AsyncSession, *, conversation_id: int, policy: Policy, now: datetime
) -> str | None:
    """Why the conversation's holder counts as gone, ``LEFT`` or ``ABSENT``; None when they are there."""
    row = (
        await session.execute(_forsaken(policy, now).where(Conversation.id == conversation_id))
    ).one_or_none()
    return None if row is None else row[1]


def _forsaken(policy: Policy, now: datetime) -> Select[int, str]:
    """Who left, at once; who gives no sign of life, when the customer has had no answer."""
    left = Staff.disabled_at.is_not(None) | (Staff.left_at >= Conversation.held_since)
    last_sign = func.greatest(Conversation.held_since, Staff.last_seen_at, _last_words(Message.at))
    absent = (last_sign <= now - policy.handoff.absent_after) & _customer_waits()
    return (
        select(Conversation.id, case((left, LEFT), else_=ABSENT))
        .join(Staff, Staff.id == Conversation.holder_id)
        .where(Conversation.holding == Holding.HUMAN, left | absent, ~_made_up())
        .order_by(Conversation.id)
    )


def _customer_waits() -> ColumnElement[bool]:
    """Whether the customer wrote after the last words of an agent, or wrote at all."""
    spoken = func.coalesce(_last_words(Message.id), 0)
    return exists().where(
        Message.conversation_id == Conversation.id, Message.author == Author.CUSTOMER, Message.id > spoken
    )


def _made_up() -> ColumnElement[bool]:
    """What a demonstration holds, it holds."""
    return exists().where(
        case_conversations.c.conversation_id == Conversation.id,
        Case.id == case_conversations.c.case_id,
        Case.demo,
    )


def _last_words(column: SQLColumnExpression[T]) -> ColumnElement[T]:
    last = select(func.max(column)).where(
        Message.conversation_id == Conversation.id, Message.author == Author.AGENT
    )
    return last.correlate(Conversation).scalar_subquery()
