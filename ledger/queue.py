"""Work to be done after the commit: jobs deferred by task name, inside the caller's transaction.

A job stands or falls with the transaction that asked for it (the transactional outbox). The tasks
themselves are in ``bot/jobs.py``. A job that is due later carries no lock, since it would hold the
conversation until then; when due, it defers an ordinary locked one.
"""

from datetime import datetime
from typing import Any, Final

from procrastinate import App, PsycopgConnector
from sqlalchemy.ext.asyncio import AsyncSession

HANDLE_MESSAGE: Final = "conversation.handle"
DELIVER_MESSAGE: Final = "delivery.deliver"
CLOCK_DUE: Final = "clocks.due"
CLOCK_REMIND: Final = "clocks.remind"
CLOCK_ESCALATE: Final = "clocks.escalate"
SEND_NOTICE: Final = "notices.send"
PROACTIVE_TURN: Final = "conversation.proactive"
HEAR_BELATEDLY: Final = "conversation.hear"
REMEMBER: Final = "conversation.remember"
FORGET: Final = "conversation.forget"

# Within a lock the highest priority goes first: the assistant's memory is set right before its next turn.
MEMORY_FIRST: Final = 1

_outbox = App(connector=PsycopgConnector())


def conversation_lock(conversation_id: int) -> str:
    """The lock that keeps one conversation's jobs in order."""
    return f"conversation:{conversation_id}"


def delivery_lock(conversation_id: int) -> str:
    """The lock that keeps what one conversation sends in order, apart from what it receives."""
    return f"delivery:{conversation_id}"


async def defer(
    session: AsyncSession,
    task: str,
    *,
    lock: str | None = None,
    at: datetime | None = None,
    priority: int = 0,
    **arguments: Any,
) -> int:
    """Defer ``task`` with JSON ``arguments`` when this transaction commits; returns the job's id.

    ``at`` is when it falls due, at once if it is past or absent. Among jobs that are ready the highest
    ``priority`` goes first.
    """
    raw = await (await session.connection()).get_raw_connection()
    job = _outbox.configure_task(
        task, lock=lock, schedule_at=at, priority=priority, connection=raw.driver_connection
    )
    return int(await job.defer_async(**arguments))
