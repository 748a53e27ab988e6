"""Work to be done after the commit: jobs deferred by task name, inside the caller's transaction.

A job stands or falls with the transaction that asked for it (the transactional outbox). The tasks
themselves are in ``bot/jobs.py``. A job that is due later carries no lock, since it would hold the
conversation until then; when due, it defers an ordinary locked one.
"""

from datetime import datetime
from typing import Any, Final

from procrastinate import App, PsycopgConnector
from procrastinate.jobs import Job
from sqlalchemy import (
    TIMESTAMP,
    ColumnElement,
    Text,
    bindparam,
    column,
    exists,
    literal_column,
    select,
    table,
)
from sqlalchemy.ext.asyncio import AsyncSession

HANDLE_MESSAGE: Final = "conversation.handle"
LISTENED: Final = "conversation.listened"
DELIVER_MESSAGE: Final = "delivery.deliver"
CLOCK_DUE: Final = "clocks.due"
CLOCK_REMIND: Final = "clocks.remind"
CLOCK_ESCALATE: Final = "clocks.escalate"
CUSTOMER_WROTE: Final = "clocks.customer_wrote"
SEND_NOTICE: Final = "notices.send"
PROACTIVE_TURN: Final = "conversation.proactive"
HEAR_BELATEDLY: Final = "conversation.hear"
REMEMBER: Final = "conversation.remember"
FORGET: Final = "conversation.forget"

# Within a lock the highest priority goes first: the assistant's memory is set right before its next turn.
MEMORY_FIRST: Final = 1
# Who was heard has a place in the line of those who wait for an answer; whoever was not goes before them all.
IN_LINE: Final = -1
# What nobody waits for goes after every customer's message.
NOT_WAITED_FOR: Final = -2
# Clocks wait for days, and there are thousands: a fetch reads by priority, and would read past all of them.
# Their workers fetch nothing else.
CLOCKS_BEHIND: Final = -9
# Notices to staff go before everything else of their queue.
URGENT: Final = 10
# So many notices are on their way to one receiver at once.
LANES: Final = 4

# The queue's own table, as far as anybody here reads it.
JOBS: Final = table(
    "procrastinate_jobs",
    column("queue_name", Text),
    column("lock"),
    column("status"),
    column("task_name"),
    column("args"),
    column("priority"),
    column("scheduled_at", TIMESTAMP(timezone=True)),
)

# As PostgreSQL's own literal, by which it knows the index that holds what waits.
WAITING: Final[ColumnElement[str]] = literal_column("'todo'")
CONVERSATION: Final = "conversation:"
CLOCKS: Final = "clocks"
_AWAITS: Final = select(
    exists().where(
        JOBS.c.lock == bindparam("lock"),
        JOBS.c.status == WAITING,
        JOBS.c.task_name == HANDLE_MESSAGE,
        JOBS.c.priority >= bindparam("priority"),
    )
)
_IS_CROWDED: Final = select(
    exists().where(
        JOBS.c.status == WAITING,
        JOBS.c.priority == IN_LINE,
        JOBS.c.task_name == HANDLE_MESSAGE,
        JOBS.c.scheduled_at.is_(None),
    )
)

# Where a session keeps the jobs it will leave behind.
DEFERRED: Final = "deferred"

_outbox = App(connector=PsycopgConnector())


def conversation_lock(conversation_id: int) -> str:
    """The lock that keeps one conversation's jobs in order."""
    return f"{CONVERSATION}{conversation_id}"


def delivery_lock(conversation_id: int) -> str:
    """The lock that keeps what one conversation sends in order, apart from what it receives."""
    return f"delivery:{conversation_id}"


def queue_of(task: str) -> str:
    """The queue of a task: the first word of its name. Some have workers of their own."""
    return task.partition(".")[0]


def delivery_queue(channel: str) -> str:
    """What is sent by one channel has a queue and workers of its own: a slow platform delays itself."""
    return f"{queue_of(DELIVER_MESSAGE)}.{channel}"


async def defer(
    session: AsyncSession,
    task: str,
    *,
    queue: str | None = None,
    lock: str | None = None,
    at: datetime | None = None,
    priority: int = 0,
    **arguments: Any,
) -> None:
    """Defer ``task`` with JSON ``arguments`` when this transaction commits.

    ``queue`` is the task's own, if none is named. ``at`` is when it falls due, at once if it is past or
    absent. Among jobs that are ready the highest ``priority`` goes first.
    """
    job = Job(
        id=None,
        queue=queue or queue_of(task),
        lock=lock,
        queueing_lock=None,
        task_name=task,
        task_kwargs=arguments,
        scheduled_at=at,
        priority=CLOCKS_BEHIND if queue_of(task) == CLOCKS else priority,
    )
    _deferred(session).append(job)


async def send(session: AsyncSession) -> None:
    """Hand a transaction's jobs to the queue, in their order and in one statement."""
    if jobs := session.info.pop(DEFERRED, None):
        raw = await (await session.connection()).get_raw_connection()
        await _outbox.job_manager.batch_defer_jobs_async(jobs=jobs, connection=raw.driver_connection)


def _deferred(session: AsyncSession) -> list[Job]:
    jobs: list[Job] = session.info.setdefault(DEFERRED, [])
    return jobs


async def handle(session: AsyncSession, conversation_id: int, message_id: int) -> None:
    """Have a message heard at once, and answered after the conversation's earlier ones.

    One waiting job is enough for all that waits in a conversation (docs/conversation.md, "Gathered before the
    queue"). Whoever brings a message holds the conversation's row, so that none is overlooked.
    """
    await _handle(session, conversation_id, message_id, priority=0)


async def take_place(session: AsyncSession, conversation_id: int, message_id: int) -> None:
    """Have what was heard answered, after those who were in the line before; a place there is kept."""
    await _handle(session, conversation_id, message_id, priority=IN_LINE)


async def is_crowded(session: AsyncSession) -> bool:
    """Whether anybody waits in the line."""
    return bool(await session.scalar(_IS_CROWDED))


async def _handle(session: AsyncSession, conversation_id: int, message_id: int, *, priority: int) -> None:
    lock = conversation_lock(conversation_id)
    if any(
        (job.task_name, job.lock) == (HANDLE_MESSAGE, lock) and job.priority >= priority
        for job in _deferred(session)
    ):
        return
    if not await session.scalar(_AWAITS, {"lock": lock, "priority": priority}):
        await defer(session, HANDLE_MESSAGE, lock=lock, priority=priority, message_id=message_id)


async def listen(session: AsyncSession, conversation_id: int, message_id: int, until: datetime) -> None:
    """Look at a message again when its customer was listened to for long enough."""
    await defer(session, LISTENED, at=until, conversation_id=conversation_id, message_id=message_id)


async def deliver(session: AsyncSession, conversation_id: int, channel: str) -> None:
    """Have everything that is pending in the conversation sent by its channel."""
    lock, queue = delivery_lock(conversation_id), delivery_queue(channel)
    await defer(session, DELIVER_MESSAGE, queue=queue, lock=lock, conversation_id=conversation_id)


async def send_notice(
    session: AsyncSession, notice_id: int, receiver: str, at: datetime | None = None
) -> None:
    """Have a notice sent. ``receiver`` is who takes it: one that hangs holds up few workers at a time."""
    lane = f"notices:{receiver}:{notice_id % LANES}"
    if at is None:
        await defer(session, SEND_NOTICE, lock=lane, priority=URGENT, notice_id=notice_id)
    else:
        await defer(session, SEND_NOTICE, at=at, priority=URGENT, notice_id=notice_id, lane=lane)


async def forget(session: AsyncSession, conversation_id: int, message_id: int) -> None:
    """Have the assistant forget its turn about a message, before its next turn."""
    lock = conversation_lock(conversation_id)
    await defer(
        session,
        FORGET,
        lock=lock,
        priority=MEMORY_FIRST,
        conversation_id=conversation_id,
        message_id=message_id,
    )


async def remember(session: AsyncSession, conversation_id: int) -> None:
    """Have the assistant told what people said meanwhile, before its next turn."""
    lock = conversation_lock(conversation_id)
    await defer(session, REMEMBER, lock=lock, priority=MEMORY_FIRST, conversation_id=conversation_id)
