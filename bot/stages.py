"""How long each stage of a message takes, for ``/metrics`` (docs/performance.md)."""

from contextlib import AbstractContextManager
from typing import Final, Literal

from prometheus_client import Histogram

# received: the transaction that logs it. queued: from then until its job begins, the conversation's earlier
# messages included. heard: judged without being answered. engine: the assistant's turn. settled: the
# transaction that stores the replies. delivered: handed to the platform, and noted.
Stage = Literal["received", "queued", "heard", "engine", "settled", "delivered"]
STAGES: Final[tuple[Stage, ...]] = ("received", "queued", "heard", "engine", "settled", "delivered")
BUCKETS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1, 2.5, 5, 10, 30)

_seconds = Histogram("qingting_stage_seconds", "What a stage of a message took.", ["stage"], buckets=BUCKETS)
for _stage in STAGES:
    _seconds.labels(_stage)  # a stage that nothing went through yet is told as well


def timed(stage: Stage) -> AbstractContextManager[object]:
    """Observe what the block takes, whether it succeeds or raises."""
    return _seconds.labels(stage).time()


def took(stage: Stage, seconds: float) -> None:
    """Observe what was timed elsewhere; a clock that was set back counts as no time."""
    _seconds.labels(stage).observe(max(seconds, 0.0))
