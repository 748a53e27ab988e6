"""``qingting bench assistant``: whole turns with our pipeline and with Rasa's stock one, in one run.

Both engines stand side by side, each with its action server and a scratch database, and answer the same texts
in blocks taken in turns, so that whatever else the machine does hits both. The stock pipeline is trained on
the same data first, unless that was done.
"""

import asyncio
import json
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from bot.bench.bare import BareEngine, bare_engine
from bot.bench.sample import Sample, Times, read_samples
from bot.classify import in_rasa
from bot.evaluate import stock
from bot.runtime.training import Model
from bot.settings import Settings

BLOCK = 24


@dataclass(slots=True)
class Side:
    """What one of the pipelines took; seconds of each turn, milliseconds of each component."""

    turns: list[float] = field(default_factory=list)
    seconds: float = 0.0
    components: dict[str, float] = field(default_factory=dict)

    @property
    def throughput(self) -> float:
        """Turns a second."""
        return len(self.turns) / self.seconds

    async def answer(self, engine: BareEngine, block: Sequence[Sample], at_once: int) -> None:
        """Send a block of texts, each in a conversation of its own, and keep the times."""
        gate = asyncio.Semaphore(at_once)

        async def one(sample: Sample) -> float:
            async with gate:
                return await engine.answer(sample.text)

        started = perf_counter()
        self.turns += await asyncio.gather(*(one(sample) for sample in block))
        self.seconds += perf_counter() - started


@dataclass(slots=True)
class Comparison:
    """Our pipeline and the stock one over the same texts."""

    lean: Side = field(default_factory=Side)
    stock: Side = field(default_factory=Side)

    def lines(self) -> Iterator[str]:
        """The tables, as Markdown; a ratio above one says how many times dearer the stock pipeline is."""
        lean, other = Times.of(self.lean.turns), Times.of(self.stock.turns)
        yield f"| a whole turn, {len(self.lean.turns)} messages | ours | Rasa's stock | stock / ours |"
        yield "|---|---|---|---|"
        for name in ("p50", "p95", "p99"):
            ours, theirs = getattr(lean, name), getattr(other, name)
            yield f"| {name}, ms | {ours:.0f} | {theirs:.0f} | {theirs / ours:.2f} |"
        ours, theirs = self.lean.throughput, self.stock.throughput
        yield f"| turns a second | {ours:.1f} | {theirs:.1f} | {theirs / ours:.2f} |"
        yield from _costs("ours", self.lean.components)
        yield from _costs("Rasa's stock", self.stock.components)


def _costs(title: str, components: dict[str, float]) -> Iterator[str]:
    yield from ("", f"| {title}: component | ms a message |", "|---|---|")
    yield from (f"| {name} | {cost:.2f} |" for name, cost in components.items())
    yield f"| all | {sum(components.values()):.2f} |"


async def bench_assistant(settings: Settings, path: Path, *, limit: int | None, at_once: int) -> Comparison:
    """Have both answer the texts of `path` (JSONL), `at_once` at a time.

    Raises EngineFailedError when a model cannot be loaded, TrainingError when Rasa cannot train its own.
    """
    samples = read_samples(path, limit)
    models = (Model().path, stock.whole())
    compared = Comparison()
    sides = (compared.lean, compared.stock)
    async with AsyncExitStack() as stack:
        engines = [
            await stack.enter_async_context(bare_engine(settings, model, f"qingting_bench_{number}"))
            for number, model in enumerate(models)
        ]
        for engine in engines:
            await engine.answer("你好")
        for start in range(0, len(samples), BLOCK):
            for side, engine in zip(sides, engines, strict=True):
                await side.answer(engine, samples[start : start + BLOCK], at_once)
    for side, model in zip(sides, models, strict=True):
        side.components = costs([sample.text for sample in samples], model)
    return compared


def costs(texts: Sequence[str], model: Path) -> dict[str, float]:
    """The median milliseconds that each component of a model takes for one of the texts."""
    with TemporaryDirectory() as folder:
        target = Path(folder) / "costs.json"
        in_rasa("bot.nlu.cost", [str(model), str(target)], "".join(json.dumps(text) + "\n" for text in texts))
        found: dict[str, float] = json.loads(target.read_text())
    return found
