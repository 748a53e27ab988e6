"""Nothing may lie about: what is neither settled nor sent has a job that will see to it."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import BigInteger, ColumnElement, Select, Text, cast, column, exists, select, table
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from ledger import queue
from ledger.models import Message
from ledger.services.deliveries import ON_ITS_WAY
from ledger.vocabulary import Author

JOBS = table("procrastinate_jobs", column("task_name"), column("status"), column("args"))
AT_ONCE = 500


async def revive(session: AsyncSession, *, before: datetime) -> int:
    """Defer anew the handling and the sending that no job stands for; how many there were.

    Only messages from ``before`` count: a younger one may be in the hands of a transaction under way.
    """
    handling, sending = _forgotten(before), _unsent(before)
    forgotten = (await session.execute(handling)).all()
    for message_id, conversation_id in forgotten:
        await queue.handle(session, conversation_id, message_id)
    unsent = (await session.scalars(sending)).all()
    for conversation_id in unsent:
        await queue.deliver(session, conversation_id)
    return len(forgotten) + len(unsent)


def _forgotten(before: datetime) -> Select[int, int]:
    return (
        select(Message.id, Message.conversation_id)
        .where(
            Message.author == Author.CUSTOMER,
            Message.settled_at.is_(None),
            Message.at < before,
            ~_has_job((queue.HANDLE_MESSAGE, queue.LISTENED), "message_id", Message.id),
        )
        .order_by(Message.id)
        .limit(AT_ONCE)
    )


def _unsent(before: datetime) -> Select[int]:
    return (
        select(Message.conversation_id)
        .distinct()
        .where(
            Message.delivery.in_(ON_ITS_WAY),
            Message.at < before,
            ~_has_job((queue.DELIVER_MESSAGE,), "conversation_id", Message.conversation_id),
        )
        .limit(AT_ONCE)
    )


def _has_job(tasks: Sequence[str], argument: str, value: InstrumentedAttribute[int]) -> ColumnElement[bool]:
    return exists().where(
        JOBS.c.task_name.in_(tasks),
        cast(JOBS.c.status, Text).in_(("todo", "doing")),
        cast(JOBS.c.args.op("->>")(argument), BigInteger) == value,
    )
