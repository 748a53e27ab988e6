"""The processor time that processes spend, by the part of the desk they are."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field

import psutil

GENERATOR = "load generator"


@dataclass(slots=True)
class Burden:
    """Seconds of processor time by part, over one or several spans. Ours are the load generator's."""

    seconds: dict[str, float] = field(default_factory=dict)

    def add(self, before: Mapping[str, float], after: Mapping[str, float]) -> None:
        """Count a span between two ``snapshot``s."""
        for part, spent in after.items():
            self.seconds[part] = self.seconds.get(part, 0.0) + spent - before.get(part, 0.0)

    def of(self, part: str) -> float:
        """Seconds of one part; nothing for one that this side does without."""
        return self.seconds.get(part, 0.0)


def snapshot(processes: Mapping[str, int]) -> dict[str, float]:
    """What the processes, by name, and this one have spent so far; ``engine 2`` counts as ``engine``."""
    spent = {GENERATOR: _own(psutil.Process(os.getpid()))}
    for name, pid in processes.items():
        part = name.rstrip(" 0123456789")
        spent[part] = spent.get(part, 0.0) + _with_children(psutil.Process(pid))
    return spent


def _with_children(process: psutil.Process) -> float:
    """Those that ended meanwhile are counted by their parent."""
    ended = process.cpu_times()
    living = sum(_own(child) for child in process.children(recursive=True))
    return _own(process) + ended.children_user + ended.children_system + living


def _own(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    return float(times.user + times.system)
