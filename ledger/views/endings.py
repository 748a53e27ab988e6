"""How what comes in and goes out ends, and what has not: one definition for watchdog, console and figures.

A customer's message ends in
* a reply: words of ours that answer it, on their way or there, or an agent's words after it;
* a person: one holds the conversation or was asked for, or did so after the message came;
* an alarm: people were called because it had neither.

``overdue`` asks what is open, by partial indexes, however long the log has grown. ``unended`` reads every
message and believes nothing: a mark that says settled must be borne out by one of the three.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    Subquery,
    case,
    cast,
    exists,
    func,
    select,
    union_all,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from ledger.handoff import ENTRIES
from ledger.models import Clock, Conversation, Customer, Entry, Identity, Message, Notice
from ledger.policy import Policy
from ledger.views.readable import graded_talks
from ledger.vocabulary import ON_ITS_WAY, Author, Delivery, Holding, NoticeState

NEVER_SAID: Final = (Delivery.DROPPED, Delivery.FAILED)
SHOWN: Final = 3
WITH_PEOPLE: Final = (Holding.WAITING.value, Holding.HUMAN.value)


@dataclass(frozen=True, slots=True)
class Left:
    """A conversation with a message that nobody has answered; ``customer`` is a name, if one may be told."""

    conversation: int
    customer: str | None
    since: datetime


@dataclass(frozen=True, slots=True)
class LooseEnds:
    """What should have ended by itself and has not.

    ``messages``: customers' messages without a reply or a person, the oldest ``since``; ``left`` are the
    first of their conversations. ``replies`` of ours that have not left, ``notices`` to staff that have not
    got through, ``clocks`` that are due and not marked.
    """

    messages: int = 0
    since: datetime | None = None
    left: tuple[Left, ...] = ()
    replies: int = 0
    notices: int = 0
    clocks: int = 0

    @property
    def warnings(self) -> list[str]:
        """Their codes, for `/readyz`."""
        counts = {
            "messages_without_end": self.messages,
            "replies_overdue": self.replies,
            "notices_overdue": self.notices,
            "clocks_unmarked": self.clocks,
        }
        return [code for code, count in counts.items() if count]


async def loose_ends(session: AsyncSession, *, policy: Policy, now: datetime) -> LooseEnds:
    """All there is at this moment but what drills play, in four queries."""
    open_ones = overdue(now - policy.watchdog.alarm_after).subquery()
    rehearsed = select(Conversation.id).where(Conversation.drill_id.is_not(None))
    messages = select(open_ones).where(open_ones.c.conversation.not_in(rehearsed)).subquery()
    total, since = (await session.execute(select(func.count(), func.min(messages.c.since)))).one()
    return LooseEnds(
        messages=total,
        since=since,
        left=await _left(session, messages) if total else (),
        replies=await _count(session, Message, *replies_overdue(policy, now)),
        notices=await _count(session, Notice, *notices_overdue(policy, now)),
        clocks=await _count(session, Clock, *clocks_unmarked(policy, now)),
    )


def overdue(before: datetime) -> Select[int, int, datetime, datetime | None]:
    """Messages from ``before`` that no person has: not answered yet, or their answer could not be delivered.

    Columns ``message`` (that to raise the alarm about), ``conversation``, ``since``, ``alarmed_at``.
    """
    later = aliased(Message)
    something_arrived_since = exists().where(
        later.conversation_id == Message.conversation_id,
        later.id > Message.id,
        later.author != Author.CUSTOMER,
        later.delivery == Delivery.SENT,
    )
    unanswered = (Message.author == Author.CUSTOMER, Message.settled_at.is_(None))
    undelivered = (
        Message.delivery == Delivery.FAILED,
        Message.reply_to_id.is_not(None),
        ~something_arrived_since,
    )
    found = union_all(_with_nobody(before, *unanswered), _with_nobody(before, *undelivered)).subquery()
    return select(found.c.message, found.c.conversation, found.c.since, found.c.alarmed_at)


def replies_overdue(policy: Policy, now: datetime) -> tuple[ColumnElement[bool], ...]:
    """Words of ours that should have been handed over by now."""
    return Message.delivery.in_(ON_ITS_WAY), Message.at < now - policy.watchdog.alarm_after


def notices_overdue(policy: Policy, now: datetime) -> tuple[ColumnElement[bool], ...]:
    """Notices to staff that should have got through by now."""
    return Notice.state == NoticeState.PENDING, Notice.at < now - policy.watchdog.notices_after


def clocks_unmarked(policy: Policy, now: datetime) -> tuple[ColumnElement[bool], ...]:
    """Clocks that ran out, and nobody has seen to it."""
    due = Clock.due_at < now - policy.watchdog.clocks_after
    return Clock.stopped_at.is_(None), Clock.breached_at.is_(None), due


async def unended(session: AsyncSession, *, before: datetime | None = None) -> Sequence[int]:
    """Customers' messages (from ``before``) that ended in none of the three, whatever their marks say.

    Reads the whole log: for audits, not for every day.
    """
    ended = Message.alarmed_at.is_not(None) | (
        Message.settled_at.is_not(None) & (_is_replied_to() | _is_with_people())
    )
    found = (
        select(Message.id)
        .join(Conversation, Conversation.id == Message.conversation_id)
        .where(Message.author == Author.CUSTOMER, ~ended)
        .order_by(Message.id)
    )
    if before is not None:
        found = found.where(Message.at < before)
    return (await session.scalars(found)).all()


def _is_replied_to() -> ColumnElement[bool]:
    reply = aliased(Message)
    answers = reply.reply_to_id == func.coalesce(Message.turn_id, Message.id)
    by_a_person = (reply.author == Author.AGENT) & (reply.id > Message.id)
    return exists().where(
        reply.conversation_id == Message.conversation_id,
        reply.author != Author.CUSTOMER,
        reply.delivery.not_in(NEVER_SAID),
        answers | by_a_person,
    )


def _is_with_people() -> ColumnElement[bool]:
    """Now, or so the book says of a moment after the message."""
    was = exists().where(
        Entry.action.in_(set(ENTRIES.values())),
        cast(Entry.before["conversation"].astext, BigInteger) == Message.conversation_id,
        Entry.before["holding"].astext.in_(WITH_PEOPLE),
        Entry.at >= Message.at,
    )
    return (Conversation.holding != Holding.BOT) | was


def _with_nobody(
    before: datetime, *conditions: ColumnElement[bool]
) -> Select[int, int, datetime, datetime | None]:
    return (
        select(
            Message.id.label("message"),
            Message.conversation_id.label("conversation"),
            Message.at.label("since"),
            Message.alarmed_at,
        )
        .join(Conversation, Conversation.id == Message.conversation_id)
        .where(*conditions, Message.at < before, Conversation.holding != Holding.HUMAN)
    )


async def _left(session: AsyncSession, messages: Subquery) -> tuple[Left, ...]:
    since = func.min(messages.c.since)
    known = func.coalesce(Customer.name, Identity.display_name)
    name = case((Conversation.id.not_in(graded_talks()), known))
    rows = await session.execute(
        select(Conversation.id, name, since)
        .join(messages, messages.c.conversation == Conversation.id)
        .join(Customer, Customer.id == Conversation.customer_id)
        .join(Identity, Identity.id == Conversation.identity_id)
        .group_by(Conversation.id, name)
        .order_by(since, Conversation.id)
        .limit(SHOWN)
    )
    return tuple(Left(*row) for row in rows)


async def _count(session: AsyncSession, model: type, *conditions: ColumnElement[bool]) -> int:
    return await session.scalar(select(func.count()).select_from(model).where(*conditions)) or 0
