"""The line of those who wait for the assistant: the queue itself, as it stands (docs/conversation.md)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.services.gathering import SAID_IN_LINE

# Beyond this many nobody is told a number in the same round.
AT_ONCE: Final = 1000

# Whose conversation is being worked on is being answered, and what is tried again has been told otherwise.
WAITING: Final = text("""
    SELECT job.lock, row_number() OVER line AS number, now() - event.at AS waited
    FROM procrastinate_jobs job
    JOIN procrastinate_events event ON event.job_id = job.id AND event.type = 'deferred'
    WHERE job.status = 'todo' AND job.queue_name = 'conversation' AND job.task_name = 'conversation.handle'
      AND job.attempts = 0 AND job.scheduled_at IS NULL
      AND NOT EXISTS (
          SELECT FROM procrastinate_jobs busy WHERE busy.lock = job.lock AND busy.status = 'doing'
      )
    WINDOW line AS (ORDER BY job.priority DESC, job.id)
    ORDER BY number LIMIT :limit
""")
UNTOLD: Final = text("""
    SELECT count(*) > 0 AND coalesce(
        (
            SELECT told.at < :told_before AND told.id < max(open.id) FROM messages told
            WHERE told.conversation_id = :conversation AND told.id > min(open.id) AND told.script = :script
            ORDER BY told.id DESC LIMIT 1
        ),
        true
    )
    FROM messages open
    WHERE open.conversation_id = :conversation AND open.author = 'customer' AND open.settled_at IS NULL
""")


@dataclass(frozen=True, slots=True)
class Place:
    """Somebody in the line: ``number`` counts from 1, ``waited`` is how long they have been in it."""

    conversation_id: int
    number: int
    waited: timedelta


async def waiting(session: AsyncSession) -> list[Place]:
    """Everybody in the line, in its order."""
    rows = await session.execute(WAITING, {"limit": AT_ONCE})
    return [Place(int(lock.rpartition(":")[2]), number, waited) for lock, number, waited in rows]


async def is_untold(session: AsyncSession, conversation_id: int, *, told_before: datetime) -> bool:
    """Whether who waits in a conversation was not told their number yet, or asks again, told a while ago."""
    asked = {"conversation": conversation_id, "told_before": told_before, "script": SAID_IN_LINE}
    return bool(await session.scalar(UNTOLD, asked))
