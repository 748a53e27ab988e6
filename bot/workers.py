"""The workers of this process, kept working: restarted when the database was away, and watched.

A job whose worker was killed, or whose outcome could not be written because the database was away, stays
"doing" for ever as far as the queue knows. Both are found here and put back.

A process that was only slow for so long that it seemed dead goes on with what another has begun meanwhile.
That costs work and harms nobody: a turn is settled once, under its conversation's lock, and a message that
was being sent is on record as unknown.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from time import monotonic
from typing import Any, Final

import structlog
from procrastinate import App, JobContext
from procrastinate.worker import Worker
from sqlalchemy import text
from structlog.contextvars import bound_contextvars

from bot import line, watch
from bot.attempts import attempt
from bot.desk import Desk, utc_now
from bot.jobs import create_queue
from bot.opinion import watch as opinion
from ledger import queue
from ledger.db import Database
from ledger.services import clocks, counting, drills, forms, log_keeping, reports, silence, watchdog

log = structlog.get_logger(__name__)

RESTART_AFTER: Final = 1.0
COUNT_EVERY: Final = 5.0
REPORT_EVERY: Final = 10.0
EXPIRE_EVERY: Final = 3600.0
# Counting may take one part in so many of a connection's time.
COUNT_SHARE: Final = 20
# A message older than this without a job has been forgotten.
FORGOTTEN_AFTER: Final = timedelta(seconds=30)
# Longer than any squad's farewell. Seconds.
LEAVE_WITHIN: Final = 15.0

DOING: Final = text("SELECT id FROM procrastinate_jobs WHERE status = 'doing' AND worker_id = ANY(:workers)")


@dataclass(frozen=True, slots=True)
class Squad:
    """Workers for some queues: ``concurrency`` jobs at once, ``polling`` every so many seconds.

    New jobs are announced; polling finds what fell due, and what waited for its lock. What is being done when
    the process is told to stop has ``farewell`` seconds; then it is put back, for another process at once.
    """

    queues: tuple[str, ...]
    concurrency: int
    polling: float
    farewell: float


SQUADS: Final = (
    Squad(("conversation",), concurrency=16, polling=0.1, farewell=8),
    # What is on its way to a platform is finished: cut off, nobody could know whether it arrived.
    # "delivery" itself is where an older release put what it had to send.
    Squad(("notices", "delivery"), concurrency=16, polling=0.25, farewell=12),
    # Clocks have workers of their own: nothing that hangs elsewhere makes one late.
    Squad(("clocks",), concurrency=4, polling=0.25, farewell=8),
)


class Workers:
    """All workers of the process. Times are in seconds."""

    def __init__(
        self, desk: Desk, *, heartbeat: float = 1.0, stalled_after: float = 5.0, watch_every: float = 1.0
    ) -> None:
        self._desk = desk
        self._heartbeat = heartbeat
        self._stalled_after = stalled_after
        self._watch_every = watch_every
        self._clockwork = Database(desk.database.url, pool_size=4)
        self._app: App = create_queue(desk, self._clockwork)
        self._tasks: list[asyncio.Task[None]] = []
        self._leaving = False
        self._ids: set[int] = set()
        self._running: set[int] = set()
        self._suspects: set[int] = set()

    async def start(self) -> None:
        """Begin to work."""
        await self._app.open_async()
        self._tasks = [asyncio.create_task(self._keep_working(squad)) for squad in self._squads()]
        self._tasks.append(asyncio.create_task(self._keep_watch()))
        self._tasks.append(asyncio.create_task(self._keep_line_told()))
        self._tasks.append(asyncio.create_task(self._keep_count()))
        self._tasks.append(asyncio.create_task(self._keep_opinion()))
        self._tasks.append(asyncio.create_task(self._keep_warning()))
        self._tasks.append(asyncio.create_task(self._keep_reporting()))
        self._tasks.append(asyncio.create_task(self._keep_logs()))
        self._tasks.append(asyncio.create_task(self._desk.typists.watch(self._desk.live)))
        self._closing = asyncio.create_task(self._leave_when_closing())

    async def stop(self) -> None:
        """Finish what is being done, as far as that goes fast; the rest is put back."""
        self._leave()
        self._closing.cancel()
        _, stuck = await asyncio.wait([*self._tasks, self._closing], timeout=LEAVE_WITHIN)
        if stuck:  # they ask a database that does not answer; what they had is put back by others
            log.warning("worker.left_behind", count=len(stuck))
        await self._app.close_async()
        await self._clockwork.close()

    async def _leave_when_closing(self) -> None:
        await self._desk.closing.wait()
        self._leave()

    def _leave(self) -> None:
        """Fetch nothing more. Asked once: asked twice, a worker drops what it is finishing."""
        if not self._leaving:
            self._leaving = True
            for task in self._tasks:
                task.cancel()

    def _squads(self) -> list[Squad]:
        """Every platform is sent to by workers of its own: a slow one delays nobody else's customers."""
        sending = [name for name, channel in self._desk.channels.items() if not channel.pulled]
        return [
            *SQUADS,
            *(Squad((queue.delivery_queue(name),), 16, polling=0.25, farewell=12) for name in sending),
        ]

    async def _keep_working(self, squad: Squad) -> None:
        while True:
            await attempt("+".join(squad.queues), partial(self._work, squad))
            await asyncio.sleep(RESTART_AFTER)

    async def _work(self, squad: Squad) -> None:
        await self._app.run_worker_async(
            queues=list(squad.queues),
            name="+".join(squad.queues),
            concurrency=squad.concurrency,
            fetch_job_polling_interval=squad.polling,
            update_heartbeat_interval=self._heartbeat,
            stalled_worker_timeout=self._stalled_after,
            shutdown_graceful_timeout=squad.farewell,
            delete_jobs="successful",
            install_signal_handlers=False,
            worker_middleware=[self._note],
        )

    async def _note(self, run: Callable[[], Awaitable[Any]], context: JobContext, worker: Worker) -> Any:
        """Know which jobs are really being done here."""
        job_id, worker_id = context.job.id, worker.worker_id
        assert job_id is not None and worker_id is not None  # noqa: S101, PT018 — it was fetched by a worker
        self._ids.add(worker_id)
        self._running.add(job_id)
        try:
            with bound_contextvars(job=job_id, task=context.job.task_name, **_ids(context)):
                return await run()
        finally:
            self._running.discard(job_id)

    async def _keep_watch(self) -> None:
        steps = (
            self._put_back_stalled,
            self._put_back_orphans,
            self._revive,
            self._break_silences,
            self._see_drills_off,
            self._catch_up_clocks,
            self._look,
        )
        while True:
            await asyncio.sleep(self._watch_every)
            for step in steps:
                if not await attempt(step.__name__, step):
                    break

    async def _look(self) -> None:
        await watch.look(self._desk)

    async def _keep_line_told(self) -> None:
        while True:
            await asyncio.sleep(self._watch_every)
            await attempt("line", partial(line.tell, self._desk))

    async def _keep_count(self) -> None:
        """Count the figures' days anew; the more there is to count, the longer until the next time."""
        while True:
            begun = monotonic()
            await attempt("count", self._count)
            await asyncio.sleep(max(COUNT_EVERY, COUNT_SHARE * (monotonic() - begun)))

    async def _keep_warning(self) -> None:
        """Look for building waves and for what comes up again, as often as the policy says."""
        while True:
            await attempt("waves", partial(watch.look_for_waves, self._desk))
            await attempt("rekindled", partial(watch.look_for_rekindled, self._desk))
            await asyncio.sleep(self._desk.policy.waves.look_every.total_seconds())

    async def _count(self) -> None:
        zone = str(self._desk.policy.organisation.time_zone)
        async with self._desk.database.transaction() as session:
            await counting.count_days(session, time_zone=zone, now=self._desk.now())

    async def _keep_opinion(self) -> None:
        """Judge and count what is said about us; the more there is, the longer until the next time."""
        while True:
            begun = monotonic()
            await attempt("opinion", partial(opinion.look, self._desk))
            await asyncio.sleep(max(COUNT_EVERY, COUNT_SHARE * (monotonic() - begun)))

    async def _keep_reporting(self) -> None:
        """Make the reports whose hour has come, however late."""
        while True:
            await attempt("report", self._report)
            await asyncio.sleep(REPORT_EVERY)

    async def _report(self) -> None:
        async with self._desk.database.transaction() as session:
            made = await reports.make_due(session, policy=self._desk.policy, now=self._desk.now())
        for one in made:
            log.info("report.made", report=one.id, kind=one.kind)

    async def _keep_logs(self) -> None:
        """Views and sign-ins that were kept long enough go."""
        while True:
            await attempt("logs", self._expire_logs)
            await asyncio.sleep(EXPIRE_EVERY)

    async def _expire_logs(self) -> None:
        async with self._desk.database.transaction() as session:
            await log_keeping.expire(session, policy=self._desk.policy, now=self._desk.now())

    async def _put_back_stalled(self) -> None:
        """Jobs of workers without a heartbeat: their process was killed."""
        manager = self._app.job_manager
        for job in await manager.get_stalled_jobs(seconds_since_heartbeat=self._stalled_after):
            if job.id in self._running:  # this process itself stood still, or had no database to tell
                continue
            log.warning("job.stalled", job=job.call_string)
            await manager.retry_job(job)

    async def _put_back_orphans(self) -> None:
        """Jobs of our own that nobody here does, twice in a row: their outcome could not be written."""
        async with self._desk.database.transaction() as session:
            doing = set(await session.scalars(DOING, {"workers": list(self._ids)}))
        orphans = doing - self._running
        for job_id in orphans & self._suspects:
            log.warning("job.orphaned", job_id=job_id)
            await self._app.job_manager.retry_job_by_id_async(job_id, retry_at=utc_now())
        self._suspects = orphans

    async def _revive(self) -> None:
        async with self._desk.database.transaction() as session:
            revived = await watchdog.revive(session, before=self._desk.now() - FORGOTTEN_AFTER)
        if revived:
            log.warning("watch.revived", messages=revived)

    async def _catch_up_clocks(self) -> None:
        """Clocks whose job is lost, or held back by a database whose clock is slow."""
        async with self._clockwork.transaction() as session:
            late = await clocks.overdue(session, self._desk.now())
        for clock_id in late:
            log.warning("clock.caught_up", clock=clock_id)
            async with self._clockwork.transaction() as session:
                await forms.fall_due(
                    session, clock_id=clock_id, policy=self._desk.policy, now=self._desk.now()
                )

    async def _see_drills_off(self) -> None:
        """A drill whose player is gone ends here, and whatever one left behind is put away."""
        async with self._desk.database.transaction() as session:
            await drills.lost(session, policy=self._desk.policy, now=self._desk.now())
            await drills.clear(session, now=self._desk.now())

    async def _break_silences(self) -> None:
        async with self._desk.database.transaction() as session:
            await silence.break_it(session, policy=self._desk.policy, now=self._desk.now())


def _ids(context: JobContext) -> dict[str, Any]:
    """What a job is about, for its lines in the log: ``conversation``, ``message``, ``clock`` …"""
    told = context.job.task_kwargs.items()
    return {name.removesuffix("_id"): value for name, value in told if name.endswith("_id")}
