"""What `/metrics` tells of a message's way through the desk (docs/performance.md)."""

from prometheus_client import REGISTRY
from sqlalchemy import event

from bot.stages import STAGES, took

from .world import World

# Of a web visitor's message about no case, besides what the queue asks: to receive it and store its answer.
TRANSACTIONS = 2
STATEMENTS = 12
# The world looks once whether the queue has more to do.
WORLDS_OWN = 1


def _counts() -> dict[str, float]:
    return {stage: _read("count", stage) for stage in STAGES}


def _read(what: str, stage: str) -> float:
    return REGISTRY.get_sample_value(f"qingting_stage_seconds_{what}", {"stage": stage}) or 0.0


async def test_an_answered_message_went_once_through_each_stage_but_hearing(world: World) -> None:
    before = _counts()
    await world.says("你好")
    after = _counts()
    once = {stage: 1.0 for stage in STAGES} | {"heard": 0.0}
    assert {stage: after[stage] - before[stage] for stage in STAGES} == once


def test_a_clock_that_was_set_back_counts_as_no_time() -> None:
    before = _read("sum", "queued")
    took("queued", -5.0)
    assert _read("sum", "queued") == before


async def test_a_message_asks_the_database_no_more_than_it_must(world: World) -> None:
    await world.says("你好", channel="web")
    asked, committed = _counted(world)
    await world.says("还在吗", channel="web")
    assert len(asked) <= STATEMENTS + WORLDS_OWN, "\n".join(asked)
    assert len(committed) <= TRANSACTIONS + WORLDS_OWN


def _counted(world: World) -> tuple[list[str], list[object]]:
    asked: list[str] = []
    committed: list[object] = []
    engine = world.desk.database.engine.sync_engine
    event.listen(engine, "before_cursor_execute", lambda *call: asked.append(call[2]))
    event.listen(engine, "commit", committed.append)
    return asked, committed
