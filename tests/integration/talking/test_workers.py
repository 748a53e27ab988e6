"""The workers keep working, whatever happens to jobs, processes and connections (docs/conversation.md)."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text

from bot.workers import Workers
from ledger import queue
from tests.stand_ins import eventually

from .stand_ins import reply
from .world import World

DOING = text(
    "UPDATE procrastinate_jobs SET status = 'doing', worker_id = :worker "
    "WHERE task_name = 'conversation.handle'"
)
DEAD_WORKER = text(
    "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '1 minute') RETURNING id"
)


@pytest.fixture
async def workers(world: World) -> AsyncIterator[Workers]:
    """Workers that are watched very closely."""
    workers = Workers(world.desk, heartbeat=0.2, stalled_after=1.0, watch_every=0.05)
    yield workers
    await workers.stop()


async def test_they_answer_what_comes_in(world: World, workers: Workers) -> None:
    await workers.start()
    await world.writes("你好")
    await eventually(lambda: _arrived(world, 1))


async def test_a_job_of_a_killed_process_is_done_by_another(world: World, workers: Workers) -> None:
    await world.writes("你好")
    worker = await world.do(lambda session: session.scalar(DEAD_WORKER))
    await world.do(lambda session: session.execute(DOING, {"worker": worker}))
    await workers.start()
    await eventually(lambda: _arrived(world, 1))


async def test_a_process_that_stood_still_does_not_begin_again_what_it_is_doing(
    world: World, workers: Workers
) -> None:
    await workers.start()
    world.engine.gate.clear()
    await world.writes("你好")
    await world.engine.entered.wait()
    ago = text("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 minute'")
    await world.do(lambda session: session.execute(ago))
    await workers._put_back_stalled()
    await asyncio.sleep(0.3)
    world.engine.gate.set()
    await eventually(lambda: _arrived(world, 1))
    assert len(world.engine.calls("turn")) == 1


async def test_a_job_whose_end_could_not_be_written_is_done_again(world: World, workers: Workers) -> None:
    await workers.start()
    await world.writes("你好")
    await eventually(lambda: _arrived(world, 1))
    async with world.desk.database.transaction() as session:
        await queue.defer(session, queue.HANDLE_MESSAGE, lock="conversation:1", message_id=1)
        await queue.send(session)
        job = await session.scalar(text("SELECT max(id) FROM procrastinate_jobs"))
        # As if it had been fetched and never ended: conversations have their own workers' ids.
        ours = list(workers._ids)
        await session.execute(
            text("UPDATE procrastinate_jobs SET status = 'doing', worker_id = :worker WHERE id = :job"),
            {"worker": ours[0], "job": job},
        )
    await eventually(lambda: _gone(world, job))


async def test_they_work_again_when_the_database_was_away(world: World, workers: Workers) -> None:
    await workers.start()
    await world.writes("你好")
    await eventually(lambda: _arrived(world, 1))
    cut = text(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    await world.do(lambda session: session.execute(cut))
    await world.writes("还在吗")
    await eventually(lambda: _arrived(world, 2))


async def test_a_step_of_the_watch_that_fails_keeps_no_other_from_being_taken(
    world: World, workers: Workers, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[bool] = []

    async def fails(*_: object, **__: object) -> int:
        raise RuntimeError

    async def looks(_: object) -> None:
        looked.append(True)

    monkeypatch.setattr("bot.workers.silence.break_it", fails)
    monkeypatch.setattr("bot.workers.watch.look", looks)
    await workers.start()
    await eventually(lambda: len(looked) >= 2)


async def test_a_hundred_messages_at_once_are_each_answered_once(world: World, workers: Workers) -> None:
    await workers.start()
    await asyncio.gather(*(world.writes("你好", address=f"chat-{number % 25}") for number in range(100)))
    await eventually(lambda: _arrived(world, 100), seconds=30)


async def _arrived(world: World, number: int) -> bool:
    return len(world.post.arrived) == number


async def _gone(world: World, job: int) -> bool:
    left = text("SELECT count(*) FROM procrastinate_jobs WHERE id = :job")
    return bool(await world.do(lambda session: session.scalar(left, {"job": job})) == 0)


async def test_what_is_being_sent_when_the_process_stops_is_sent_and_the_rest_goes_elsewhere(
    world: World, workers: Workers
) -> None:
    sending, gate = asyncio.Event(), asyncio.Event()

    async def slowly() -> None:
        sending.set()
        await gate.wait()

    world.engine.replies = lambda text: [reply("一"), reply("二")]
    world.post.before_send = slowly
    await workers.start()
    await world.writes("你好")
    await sending.wait()
    world.desk.closing.set()
    stopping = asyncio.create_task(workers.stop())
    await asyncio.sleep(0.3)
    gate.set()
    await stopping
    assert world.post.arrived == ["一"]
    world.desk.closing.clear()
    await world.work()
    assert world.post.arrived == ["一", "二"]
