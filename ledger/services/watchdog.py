"""Nothing may lie about: what has not ended has a job that will see to it (``loose_ends``: and a person)."""

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    Text,
    cast,
    exists,
    func,
    literal,
    select,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from ledger import queue
from ledger.models import Conversation, Message, Notice
from ledger.queue import JOBS
from ledger.services.notices import receiver
from ledger.vocabulary import ON_ITS_WAY, Author, NoticeState

AT_ONCE = 500


async def revive(session: AsyncSession, *, before: datetime) -> int:
    """Defer anew the handling and the sending that no job stands for; how often.

    Only what is from ``before`` counts: something younger may be in the hands of a transaction under way.
    """
    handling, sending, telling = _forgotten(before), _unsent(before), _untold(before)
    forgotten = (await session.execute(handling)).all()
    for conversation_id, message_id in forgotten:
        await queue.handle(session, conversation_id, message_id)
    unsent = (await session.execute(sending)).all()
    for conversation_id, channel in unsent:
        await queue.deliver(session, conversation_id, channel)
    untold = (await session.scalars(telling)).all()
    for notice in untold:
        await queue.send_notice(session, notice.id, receiver(notice))
    return len(forgotten) + len(unsent) + len(untold)


def _forgotten(before: datetime) -> Select[int, int]:
    """Conversations, each with its oldest message that nothing became of."""
    oldest = func.min(Message.id)
    return (
        select(Message.conversation_id, oldest)
        .where(Message.author == Author.CUSTOMER, Message.settled_at.is_(None), Message.at < before)
        .group_by(Message.conversation_id)
        .having(
            ~_is_handled(Message.conversation_id),
            ~has_job(queue.LISTENED, "conversation_id", Message.conversation_id),
        )
        .order_by(oldest)
        .limit(AT_ONCE)
    )


def _unsent(before: datetime) -> Select[int, str]:
    return (
        select(Message.conversation_id, Conversation.channel)
        .join(Conversation, Conversation.id == Message.conversation_id)
        .distinct()
        .where(
            Message.delivery.in_(ON_ITS_WAY),
            Message.at < before,
            ~has_job(queue.DELIVER_MESSAGE, "conversation_id", Message.conversation_id),
        )
        .limit(AT_ONCE)
    )


def _untold(before: datetime) -> Select[Notice]:
    return (
        select(Notice)
        .where(
            Notice.state == NoticeState.PENDING,
            Notice.at < before,
            ~has_job(queue.SEND_NOTICE, "notice_id", Notice.id),
        )
        .limit(AT_ONCE)
    )


def _is_handled(conversation_id: InstrumentedAttribute[int]) -> ColumnElement[bool]:
    lock = literal(queue.CONVERSATION) + cast(conversation_id, Text)
    return exists().where(JOBS.c.task_name == queue.HANDLE_MESSAGE, JOBS.c.lock == lock, _alive())


def has_job(task: str, argument: str, value: InstrumentedAttribute[int]) -> ColumnElement[bool]:
    """Whether a job of ``task`` about ``value`` waits or is being done."""
    about = cast(JOBS.c.args.op("->>")(argument), BigInteger)
    return exists().where(JOBS.c.task_name == task, about == value, _alive())


def _alive() -> ColumnElement[bool]:
    return cast(JOBS.c.status, Text).in_(("todo", "doing"))
