"""``qingting bench messages``: every text of a file to a running desk, each in a conversation of its own.

Counts what became of them, from the customer's side and in the ledger, and compares the time to the first
answer with the time the bare engine needs for the same text in the same run.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import Any

import httpx
from sqlalchemy import func, select

from bot.bench.bare import BareEngine, bare_engine
from bot.bench.sample import Sample, Times, read_samples
from bot.runtime import database
from bot.settings import Settings
from ledger.db import Database
from ledger.models import Case, Message, case_conversations
from ledger.services import entries
from ledger.vocabulary import Author, Kind

BLOCK = 24
ANSWER_SECONDS = 60
API = "/api/v1/chat"


@dataclass(slots=True)
class Report:
    """What became of the texts; times in seconds."""

    sent: int = 0
    answered: int = 0
    desk: list[float] = field(default_factory=list)
    bare: list[float] = field(default_factory=list)
    seconds: float = 0.0
    complaints_heard: int = 0
    complaints_filed_once: int = 0
    doubled: int = 0
    special: int = 0
    unsettled: int = 0
    chain_whole: bool = False

    def lines(self) -> list[str]:
        """The table, as Markdown."""
        desk, bare = Times.of(self.desk), Times.of(self.bare)
        return [
            "| count | |",
            "|---|---|",
            f"| messages sent | {self.sent} |",
            f"| answered | {self.answered} |",
            f"| without reply, owner or alarm | {self.unsettled} |",
            f"| heard as a complaint | {self.complaints_heard} |",
            f"| of these in the ledger exactly once | {self.complaints_filed_once} |",
            f"| in the ledger more than once | {self.doubled} |",
            f"| special users flagged | {self.special} |",
            f"| ledger chain whole | {'yes' if self.chain_whole else 'NO'} |",
            "",
            "| time to first answer, ms | p50 | p95 | p99 |",
            "|---|---|---|---|",
            f"| desk, web API to reply readable | {desk.p50:.0f} | {desk.p95:.0f} | {desk.p99:.0f} |",
            f"| bare engine with actions | {bare.p50:.0f} | {bare.p95:.0f} | {bare.p99:.0f} |",
            f"| ratio | {desk.p50 / bare.p50:.2f} | {desk.p95 / bare.p95:.2f} | {desk.p99 / bare.p99:.2f} |",
        ]


@dataclass(slots=True)
class Visitor:
    """A customer with one thing to say, in a conversation of its own.

    Writes to one desk and reads at another, which may be the same.
    """

    writing: httpx.AsyncClient
    reading: httpx.AsyncClient
    conversation: int = 0
    token: str = ""

    async def come(self) -> None:
        """Open the conversation."""
        session = (await self.reading.post(f"{API}/sessions", json={})).raise_for_status().json()
        self.conversation, self.token = int(session["conversation"]), session["token"]

    async def say(self, text: str) -> float | None:
        """Send it; the seconds until the first answer can be read, None when none came."""
        headers = {"Authorization": f"Bearer {self.token}"}
        started = perf_counter()
        # What is measured is the work, not the desk's listening for more.
        body = {"text": text, "client_id": "1", "complete": True}
        sent = await self.writing.post(f"{API}/messages", json=body, headers=headers)
        last = sent.raise_for_status().json()["id"]
        while perf_counter() - started < ANSWER_SECONDS:
            asked = {"after": last, "wait": 20}
            answer = await self.reading.get(f"{API}/messages", params=asked, headers=headers)
            found: list[dict[str, Any]] = answer.raise_for_status().json()["messages"]
            if any(message["author"] != Author.CUSTOMER for message in found):
                return perf_counter() - started
        return None


async def bench_messages(settings: Settings, path: Path, *, limit: int | None, concurrency: int) -> Report:
    """Send the texts of ``path`` (JSONL) to the desk at the settings' address, ``concurrency`` at a time."""
    samples = read_samples(path, limit)
    report, spoken_to = Report(), []
    async with bare_engine(settings) as bare, httpx.AsyncClient(base_url=settings.address, timeout=90) as web:
        await bare.answer("你好")
        for start in range(0, len(samples), BLOCK):
            block = samples[start : start + BLOCK]
            spoken_to += await _ask_desk(report, web, block, concurrency)
            await _ask_bare(report, bare, block, concurrency)
    with database.for_command(settings) as url:
        ledger = Database(url)
        await _look_into_ledger(report, ledger, spoken_to)
        await ledger.close()
    return report


async def _ask_desk(
    report: Report, web: httpx.AsyncClient, block: Sequence[Sample], concurrency: int
) -> list[int]:
    gate = asyncio.Semaphore(concurrency)

    async def one(sample: Sample) -> int:
        async with gate:
            visitor = Visitor(web, web)
            await visitor.come()
            report.sent += 1
            seconds = await visitor.say(sample.text)
            if seconds is not None:
                report.answered += 1
                report.desk.append(seconds)
            return visitor.conversation

    started = perf_counter()
    conversations = await asyncio.gather(*(one(sample) for sample in block))
    report.seconds += perf_counter() - started
    return list(conversations)


async def _ask_bare(report: Report, bare: BareEngine, block: Sequence[Sample], concurrency: int) -> None:
    gate = asyncio.Semaphore(concurrency)

    async def one(sample: Sample) -> None:
        async with gate:
            report.bare.append(await bare.answer(sample.text))

    await asyncio.gather(*(one(sample) for sample in block))


async def _look_into_ledger(report: Report, ledger: Database, conversations: Sequence[int]) -> None:
    async with ledger.transaction() as session:
        said = select(Message).where(
            Message.conversation_id.in_(conversations), Message.author == Author.CUSTOMER
        )
        heard = list(await session.scalars(said))
        cases = (
            select(case_conversations.c.conversation_id, func.count())
            .where(case_conversations.c.conversation_id.in_(conversations))
            .group_by(case_conversations.c.conversation_id)
        )
        filed = {conversation: count for conversation, count in await session.execute(cases)}
        special = (
            select(func.count())
            .select_from(Case)
            .join(case_conversations)
            .where(case_conversations.c.conversation_id.in_(conversations), Case.special_since.is_not(None))
        )
        report.special = await session.scalar(special) or 0
        report.chain_whole = await entries.verify(session) is None
    complaints = [message for message in heard if message.kind is Kind.COMPLAINT]
    report.unsettled = sum(message.settled_at is None for message in heard)
    report.complaints_heard = len(complaints)
    report.complaints_filed_once = sum(filed.get(message.conversation_id) == 1 for message in complaints)
    report.doubled = sum(count > 1 for count in filed.values())
