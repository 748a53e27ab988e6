"""``qingting bench desk``: whole desks beside Rasa's stock pipeline without one, in one run.

All systems stand side by side and answer the same texts in blocks taken in turns, so that whatever else the
machine does hits all alike. Every text is the first message of a conversation of its own. Afterwards the
ledgers of the desks are read: what was accepted must have been answered, and once.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter

from sqlalchemy import case, distinct, func, select

from bot.bench.burden import GENERATOR, Burden, snapshot
from bot.bench.sample import Times, read_samples
from bot.bench.systems import Saying, System, WholeDesk, ground, stock, whole_desk
from bot.evaluate.stock import whole
from bot.runtime.steps import Steps
from bot.settings import Settings
from ledger.models import Message, case_conversations
from ledger.services import entries
from ledger.vocabulary import Author

# Rounds of customers in a block: few, so that all systems meet the same noise, and enough that the end of a
# block, when fewer and fewer are being answered, weighs little.
ROUNDS_A_BLOCK = 4
LEAST_AT_ONCE = 6
WARMING = 8
PARTS = ("desk", "engine", "action server", "database")


@dataclass(slots=True)
class Side:
    """What one system made of the texts: seconds of each answer, and of processor time."""

    system: System
    sent: int = 0
    answers: list[float] = field(default_factory=list)
    seconds: float = 0.0
    burden: Burden = field(default_factory=Burden)

    @property
    def throughput(self) -> float:
        """Answers a second."""
        return len(self.answers) / self.seconds

    async def answer(self, texts: Sequence[str], at_once: int) -> None:
        """Have some texts answered, so many at a time."""
        sayings = [await self.system.prepare(text) for text in texts]
        processes = self.system.processes
        before, started = snapshot(processes), perf_counter()
        answers = await _say_all(sayings, at_once)
        self.seconds += perf_counter() - started
        self.burden.add(before, snapshot(processes))
        self.sent += len(texts)
        self.answers += [seconds for seconds in answers if seconds is not None]

    def cost(self, part: str) -> float:
        """Milliseconds of processor time a message."""
        return 1000 * self.burden.of(part) / self.sent


@dataclass(frozen=True, slots=True)
class Audit:
    """What the ledger of a desk says: accepted, settled by nothing, settled more than once."""

    accepted: int
    lost: int
    doubled: int
    chain_whole: bool


@dataclass(slots=True)
class Report:
    """Each system, the one the others are measured by first; ``audits`` by the name of a desk."""

    at_once: int
    desks: int
    sides: list[Side] = field(default_factory=list)
    audits: dict[str, Audit] = field(default_factory=dict)

    def lines(self) -> Iterator[str]:
        """The table, as Markdown."""
        first, times = self.sides[0], [Times.of(side.answers) for side in self.sides]
        head = f"{first.sent} messages, {self.at_once} at once, desk processes: {self.desks}"
        yield _row(head, [side.system.name for side in self.sides])
        yield _row("---", ["---"] * len(self.sides))
        yield self._line("messages a second", lambda side: f"{side.throughput:.1f}")
        yield self._line("… of the first", lambda side: f"{side.throughput / first.throughput:.2f}")
        for name in ("p50", "p95", "p99"):
            yield _row(f"{name}, ms", [f"{getattr(each, name):.0f}" for each in times])
        yield _row("p50, of the first", [f"{each.p50 / times[0].p50:.2f}" for each in times])
        for part in (*PARTS, GENERATOR):
            costs = [f"{side.cost(part):.1f}" for side in self.sides]
            yield _row(f"processor, ms a message: {part}", costs)
        yield self._line("… all but the load generator", lambda side: f"{sum(map(side.cost, PARTS)):.1f}")
        yield self._line("sent", lambda side: str(side.sent))
        yield self._line("answered", lambda side: str(len(side.answers)))
        for what in ("accepted", "lost", "doubled", "chain whole"):
            yield _row(f"{what}, by the ledger", [self._audited(side, what) for side in self.sides])

    def _line(self, name: str, cell: Callable[[Side], str]) -> str:
        return _row(name, [cell(side) for side in self.sides])

    def _audited(self, side: Side, what: str) -> str:
        audit = self.audits.get(side.system.name)
        return "" if audit is None else str(getattr(audit, what.replace(" ", "_")))


async def bench_desk(
    settings: Settings,
    path: Path,
    *,
    limit: int | None,
    rounds: int,
    at_once: Sequence[int],
    engines: Sequence[int],
    desks: int,
    beside_stock: bool,
    steps: Steps,
) -> AsyncIterator[Report]:
    """Answer the texts of ``path`` (JSONL), ``rounds`` times, with desks of so many engines and with none.

    One report for each number of customers who write ``at_once``.

    The stock pipeline is trained first, if it is wanted and that was not done. Raises StartError.
    """
    samples = read_samples(path, limit) * rounds
    model = await _stock_model(steps) if beside_stock else None
    texts = [sample.text for sample in samples]
    async with _systems(settings, model, engines, desks, steps) as systems:
        for system in systems:
            # Some things load at first use; what that takes is nobody's.
            await Side(system).answer(texts[:WARMING], WARMING)
        for customers in at_once:
            yield await _measured(systems, texts, desks, customers)


async def _measured(systems: Sequence[System], texts: Sequence[str], desks: int, at_once: int) -> Report:
    report = Report(at_once, desks, [Side(system) for system in systems])
    wholes = [system for system in systems if isinstance(system, WholeDesk)]
    for desk in wholes:
        desk.conversations.clear()
    block = ROUNDS_A_BLOCK * max(at_once, LEAST_AT_ONCE)
    for start in range(0, len(texts), block):
        for side in report.sides:
            await side.answer(texts[start : start + block], at_once)
    report.audits = {desk.name: await audit(desk) for desk in wholes}
    return report


async def _stock_model(steps: Steps) -> Path:
    with steps.step("Stock model"):
        return await asyncio.to_thread(whole)


@asynccontextmanager
async def _systems(
    settings: Settings, model: Path | None, engines: Sequence[int], desks: int, steps: Steps
) -> AsyncIterator[list[System]]:
    async with AsyncExitStack() as stack:
        place = await stack.enter_async_context(ground(settings, steps))
        wanted: list[AbstractAsyncContextManager[System]] = [
            *([stock(place, model)] if model else []),
            *(whole_desk(place, engines=count, desks=desks) for count in engines),
        ]
        async with asyncio.TaskGroup() as group:
            started = [group.create_task(stack.enter_async_context(system)) for system in wanted]
        yield [system.result() for system in started]


async def _say_all(sayings: Sequence[Saying], at_once: int) -> list[float | None]:
    gate = asyncio.Semaphore(at_once)

    async def one(say: Saying) -> float | None:
        async with gate:
            return await say()

    return await asyncio.gather(*(one(say) for say in sayings))


async def audit(desk: WholeDesk) -> Audit:
    """Read a desk's ledger about the conversations it was sent, each of one message.

    Lost is what was accepted and has no reply of ours; doubled is what stands there twice, was answered in
    two transactions, or has two cases.
    """
    ours = Message.author != Author.CUSTOMER
    counts = (
        select(
            func.count(case((~ours, Message.id))).label("said"),
            func.count(distinct(case((ours, Message.at)))).label("answers"),
        )
        .where(Message.conversation_id.in_(desk.conversations))
        .group_by(Message.conversation_id)
    )
    cases = (
        select(func.count())
        .where(case_conversations.c.conversation_id.in_(desk.conversations))
        .group_by(case_conversations.c.conversation_id)
    )
    async with desk.ledger.transaction() as session:
        found = (await session.execute(counts)).all()
        twice = sum(count > 1 for count in await session.scalars(cases))
        whole = await entries.verify(session) is None
    return Audit(
        accepted=sum(row.said for row in found),
        lost=sum(row.answers == 0 for row in found),
        doubled=sum(row.said > 1 or row.answers > 1 for row in found) + twice,
        chain_whole=whole,
    )


def _row(name: str, cells: Sequence[str]) -> str:
    return f"| {name} | {' | '.join(cells)} |"
