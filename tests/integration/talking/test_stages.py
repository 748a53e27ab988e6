"""What `/metrics` tells of a message's way through the desk (docs/performance.md)."""

from prometheus_client import REGISTRY

from bot.stages import STAGES, took

from .world import World


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
