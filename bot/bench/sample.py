"""The texts a benchmark sends, and what it makes of the times."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import quantiles


@dataclass(frozen=True, slots=True)
class Sample:
    """One text, with the id it has in its file."""

    id: str
    text: str


def read_samples(path: Path, limit: int | None = None) -> list[Sample]:
    """Read JSONL with ``id`` and ``text``; further fields are left alone.

    Raises:
        ValueError: a line is not such an object; the message names the line.
    """
    samples = []
    for position, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            row = json.loads(line)
            samples.append(Sample(str(row["id"]), str(row["text"])))
        except (json.JSONDecodeError, KeyError, TypeError) as error:
            raise ValueError(f"{path.name}, line {position}: needs an object with id and text") from error
    return samples[:limit]


@dataclass(frozen=True, slots=True)
class Times:
    """Percentiles of a series, in milliseconds."""

    p50: float
    p95: float
    p99: float

    @classmethod
    def of(cls, seconds: Sequence[float]) -> "Times":
        """Of at least two measurements, in seconds."""
        cuts = quantiles(seconds, n=100, method="inclusive")
        return cls(cuts[49] * 1000, cuts[94] * 1000, cuts[98] * 1000)
