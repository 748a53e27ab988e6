"""The tasks behind the names in ``ledger/queue.py``, thin: each calls one use case.

A job that raises is tried again after a pause, for as long as it raises. What must not be tried for ever
decides so itself, and ends well: with a person, or with a failure on record.
"""

from asyncio import CancelledError
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from functools import partial
from typing import Any, Final

import structlog
from procrastinate import App, BaseRetryStrategy, JobContext, PsycopgConnector, RetryDecision
from procrastinate.exceptions import JobAborted
from procrastinate.jobs import Job
from sqlalchemy.engine import make_url

from bot import delivery, memory, notices, turns
from bot.channels.base import DeliveryDelayed
from bot.desk import Desk, utc_now
from bot.engine import EngineError
from bot.queue_pool import queue_pool, statement_by_statement
from bot.turns import HeldByHuman
from ledger import queue
from ledger.db import Database
from ledger.services import clocks, forms, waiting

log = structlog.get_logger(__name__)

# Pauses between tries of what must not fail, in seconds; the last one is repeated.
PAUSES: Final = (1.0, 5.0, 15.0, 60.0)
ASKED_AGAIN_AFTER: Final = timedelta(minutes=1)

Body = Callable[..., Awaitable[None]]


class Pauses(BaseRetryStrategy):
    """Try again after these pauses (seconds), the last one repeated; a platform that says when is obeyed."""

    def __init__(self, pauses: Sequence[float]) -> None:
        self._pauses = pauses

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision:
        """When to try ``job`` again."""
        pause = self._pauses[min(job.attempts, len(self._pauses) - 1)]
        if isinstance(exception, (CancelledError, JobAborted)):
            pause = 0  # this process stops: another one goes on at once
        if isinstance(exception, DeliveryDelayed) and exception.retry_after is not None:
            pause = exception.retry_after
        return RetryDecision(retry_in={"milliseconds": int(pause * 1000)})


def create_queue(desk: Desk, clockwork: Database | None = None) -> App:
    """The queue on the desk's database, with all its tasks.

    ``clockwork`` are connections for the clocks alone, so that they wait for nobody else's.
    """
    apart = clockwork or desk.database
    connector = PsycopgConnector(
        conninfo=conninfo(desk.database.url),
        min_size=2,
        max_size=10,
        pool_factory=queue_pool,
        configure=statement_by_statement,
    )
    app = App(connector=connector)
    patience = desk.patience
    tasks: dict[str, tuple[Body, Sequence[float]]] = {
        queue.HANDLE_MESSAGE: (_handle, patience.turns),
        queue.LISTENED: (_listened, PAUSES),
        queue.PROACTIVE_TURN: (_speak, patience.turns),
        queue.HEAR_BELATEDLY: (_hear_belatedly, patience.belated),
        queue.REMEMBER: (_remember, patience.turns),
        queue.FORGET: (_forget, patience.turns),
        queue.DELIVER_MESSAGE: (_deliver, patience.deliveries),
        queue.CLOCK_DUE: (partial(_clock_due, apart), PAUSES),
        queue.CLOCK_REMIND: (partial(_clock_remind, apart), PAUSES),
        queue.CLOCK_ESCALATE: (partial(_clock_escalate, apart), PAUSES),
        queue.CUSTOMER_WROTE: (partial(_customer_wrote, apart), PAUSES),
        queue.SEND_NOTICE: (_send_notice, PAUSES),
    }
    for name, (body, pauses) in tasks.items():
        app.task(name=name, pass_context=True, retry=Pauses(pauses))(partial(body, desk))
    return app


def conninfo(url: str) -> str:
    """libpq's address of the database SQLAlchemy knows by ``url``."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


async def _handle(desk: Desk, context: JobContext, *, message_id: int) -> None:
    try:
        await turns.handle(desk, message_id, in_line=context.job.priority == queue.IN_LINE)
    except Exception as error:
        if not _spent(context, desk.patience.turns):
            raise
        log.error("turn.given_up", message=message_id, error=type(error).__name__)
        await turns.give_up(desk, message_id)


async def _listened(desk: Desk, context: JobContext, *, conversation_id: int, message_id: int) -> None:
    """From here on in the conversation's lock, which nothing may hold while it waits."""
    async with desk.database.transaction() as session:
        await queue.take_place(session, conversation_id, message_id)


async def _speak(
    desk: Desk,
    context: JobContext,
    *,
    conversation_id: int,
    intent: str,
    entities: dict[str, Any],
    key: str,
) -> None:
    """Out of the conversation's lock while it must wait, so that the customer's own messages go on."""
    asked = {"conversation_id": conversation_id, "intent": intent, "entities": entities, "key": key}
    lock = queue.conversation_lock(conversation_id)
    if context.job.lock != lock:
        await _defer(desk, queue.PROACTIVE_TURN, lock=lock, **asked)
        return
    try:
        await turns.speak(desk, conversation_id=conversation_id, intent=intent, entities=entities, key=key)
    except (EngineError, HeldByHuman) as error:
        if isinstance(error, EngineError) and not _spent(context, desk.patience.turns):
            raise
        await _defer(desk, queue.PROACTIVE_TURN, at=utc_now() + ASKED_AGAIN_AFTER, **asked)


async def _hear_belatedly(desk: Desk, context: JobContext, *, message_id: int) -> None:
    await turns.hear_belatedly(desk, message_id)


async def _remember(desk: Desk, context: JobContext, *, conversation_id: int) -> None:
    await _unless_spent(desk, context, memory.remember(desk, conversation_id))


async def _forget(desk: Desk, context: JobContext, *, conversation_id: int, message_id: int) -> None:
    forgetting = memory.forget(desk, conversation_id=conversation_id, message_id=message_id)
    await _unless_spent(desk, context, forgetting)


async def _deliver(desk: Desk, context: JobContext, *, conversation_id: int) -> None:
    last_try = _spent(context, desk.patience.deliveries)
    await delivery.deliver(desk, conversation_id, last_try=last_try)


async def _clock_due(
    apart: Database, desk: Desk, context: JobContext, *, clock_id: int, due_at: str | None = None
) -> None:
    async with apart.transaction() as session:
        await forms.fall_due(session, clock_id=clock_id, policy=desk.policy, now=desk.now(), due_at=due_at)


async def _clock_remind(
    apart: Database, desk: Desk, context: JobContext, *, clock_id: int, round: str, due_at: str | None = None
) -> None:
    async with apart.transaction() as session:
        await clocks.remind(
            session, clock_id=clock_id, round=round, policy=desk.policy, now=desk.now(), due_at=due_at
        )


async def _clock_escalate(
    apart: Database, desk: Desk, context: JobContext, *, clock_id: int, step: int
) -> None:
    async with apart.transaction() as session:
        await clocks.escalate(session, clock_id=clock_id, step=step, policy=desk.policy, now=desk.now())


async def _customer_wrote(apart: Database, desk: Desk, context: JobContext, *, message_id: int) -> None:
    async with apart.transaction() as session:
        await waiting.answered(session, message_id=message_id, policy=desk.policy, now=desk.now())


async def _send_notice(desk: Desk, context: JobContext, *, notice_id: int, lane: str | None = None) -> None:
    """Out of its receiver's lane while it waits to be tried again."""
    if lane is None:
        await notices.send(desk, notice_id)
    else:
        await _defer(desk, queue.SEND_NOTICE, lock=lane, priority=queue.URGENT, notice_id=notice_id)


async def _unless_spent(desk: Desk, context: JobContext, work: Awaitable[None]) -> None:
    """What only makes the assistant's memory better must not keep the conversation waiting for ever."""
    try:
        await work
    except EngineError as error:
        if not _spent(context, desk.patience.turns):
            raise
        log.error("memory.given_up", job=context.job.call_string, error=repr(error))


async def _defer(desk: Desk, task: str, **arguments: Any) -> None:
    async with desk.database.transaction() as session:
        await queue.defer(session, task, **arguments)


def _spent(context: JobContext, pauses: Sequence[float]) -> bool:
    return context.job.attempts >= len(pauses)
