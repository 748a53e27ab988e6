"""Nothing may lie about: what is neither settled nor sent has a job that will see to it."""

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    Text,
    cast,
    column,
    exists,
    func,
    literal,
    select,
    table,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from ledger import queue
from ledger.models import Conversation, Message
from ledger.services.deliveries import ON_ITS_WAY
from ledger.vocabulary import Author

JOBS = table("procrastinate_jobs", column("task_name"), column("status"), column("lock"), column("args"))
AT_ONCE = 500


async def revive(session: AsyncSession, *, before: datetime) -> int:
    """Defer anew the handling and the sending that no job stands for; in how many conversations.

    Only messages from ``before`` count: a younger one may be in the hands of a transaction under way.
    """
    handling, sending = _forgotten(before), _unsent(before)
    forgotten = (await session.execute(handling)).all()
    for conversation_id, message_id in forgotten:
        await queue.handle(session, conversation_id, message_id)
    unsent = (await session.execute(sending)).all()
    for conversation_id, channel in unsent:
        await queue.deliver(session, conversation_id, channel)
    return len(forgotten) + len(unsent)


def _forgotten(before: datetime) -> Select[int, int]:
    """Conversations, each with its oldest message that nothing became of."""
    oldest = func.min(Message.id)
    return (
        select(Message.conversation_id, oldest)
        .where(Message.author == Author.CUSTOMER, Message.settled_at.is_(None), Message.at < before)
        .group_by(Message.conversation_id)
        .having(~_is_handled(Message.conversation_id), ~_has_job(queue.LISTENED, Message.conversation_id))
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
            ~_has_job(queue.DELIVER_MESSAGE, Message.conversation_id),
        )
        .limit(AT_ONCE)
    )


def _is_handled(conversation_id: InstrumentedAttribute[int]) -> ColumnElement[bool]:
    lock = literal(queue.CONVERSATION) + cast(conversation_id, Text)
    return exists().where(JOBS.c.task_name == queue.HANDLE_MESSAGE, JOBS.c.lock == lock, _alive())


def _has_job(task: str, conversation_id: InstrumentedAttribute[int]) -> ColumnElement[bool]:
    about = cast(JOBS.c.args.op("->>")("conversation_id"), BigInteger)
    return exists().where(JOBS.c.task_name == task, about == conversation_id, _alive())


def _alive() -> ColumnElement[bool]:
    return cast(JOBS.c.status, Text).in_(("todo", "doing"))
