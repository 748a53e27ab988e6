"""``qingting bench chats``: thousands of open web chats on one desk process, and what one of them costs.

A whole desk of this command's own; the chats are sockets of this process, so that what is measured is the
desk's alone. First a few are open and write, then all are, and as many write again.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any

import httpx
import psutil
from websockets.asyncio.client import ClientConnection, connect

from bot.bench.sample import Times
from bot.bench.systems import ground, whole_desk
from bot.runtime import open_files
from bot.runtime.steps import Steps
from bot.settings import Settings
from ledger.vocabulary import Author

API = "/api/v1/chat"
FEW = 10
OPENED_AT_ONCE = 20
WRITING_AT_ONCE = 5
ANSWER_SECONDS = 60
IDLE_SECONDS = 20
MB = 1_000_000
SAID = "你好，我第{number}个来，冰箱修了三次还是坏的。"


@dataclass
class Chat:
    """A visitor at an open socket; ``read`` is all it was shown, in order."""

    number: int
    conversation: int
    socket: ClientConnection
    ready: asyncio.Event = field(default_factory=asyncio.Event)
    answered: asyncio.Event = field(default_factory=asyncio.Event)
    written: str = ""
    said: list[str] = field(default_factory=list)
    read: list[dict[str, Any]] = field(default_factory=list)

    async def listen(self) -> None:
        """Read what comes, until the socket is closed."""
        async for frame in self.socket:
            told = json.loads(frame)
            if told["type"] == "ready":
                self.ready.set()
            elif told["type"] == "message":
                self.read.append(told["message"])
                if told["message"]["author"] != Author.CUSTOMER:
                    self.answered.set()
            elif told["type"] == "problem":
                # Not taken, and kept as the widget keeps it.
                await asyncio.sleep(told.get("retry_after", 1))
                await self.socket.send(self.written)

    async def say(self) -> float | None:
        """Write; the seconds until an answer is there, None when none came."""
        self.answered.clear()
        self.said.append(SAID.format(number=self.number))
        client_id = f"{self.number}.{len(self.said)}"
        # What is measured is the way of a message, not the desk's listening for more.
        written = {"type": "message", "text": self.said[-1], "client_id": client_id, "complete": True}
        self.written = json.dumps(written)
        started = perf_counter()
        await self.socket.send(self.written)
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                await self.answered.wait()
        except TimeoutError:
            return None
        return perf_counter() - started

    @property
    def is_its_own(self) -> bool:
        """Whether it was shown what it said, each once and in order, with answers, and nothing else."""
        ids = [message["id"] for message in self.read]
        heard = [message["text"] for message in self.read if message["author"] == Author.CUSTOMER]
        return ids == sorted(set(ids)) and heard == self.said and bool(self.said) == (len(heard) < len(ids))


@dataclass
class Report:
    """Sizes in bytes, times in seconds; ``idle`` is the share of one core that open chats cost."""

    chats: int
    opened_in: float = 0.0
    memory_before: int = 0
    memory_after: int = 0
    files_before: int = 0
    files_after: int = 0
    idle_before: float = 0.0
    idle_after: float = 0.0
    few: list[float] = field(default_factory=list)
    many: list[float] = field(default_factory=list)
    wrote: int = 0
    answered: int = 0
    strangers: int = 0

    def lines(self) -> Iterator[str]:
        """The report as Markdown."""
        opened = self.chats - FEW
        memory = (self.memory_after - self.memory_before) / opened
        files = (self.files_after - self.files_before) / opened
        few, many = Times.of(self.few), Times.of(self.many)
        yield f"{self.chats} open web chats on one desk process"
        yield ""
        yield "| | few | all |"
        yield "|---|---|---|"
        yield f"| chats open | {FEW} | {self.chats} |"
        yield f"| memory of the desk, MB | {self.memory_before / MB:.0f} | {self.memory_after / MB:.0f} |"
        yield f"| its open files | {self.files_before} | {self.files_after} |"
        yield f"| processor while nobody writes | {self.idle_before:.1%} | {self.idle_after:.1%} |"
        yield f"| message to answer at the socket, p50, ms | {few.p50:.0f} | {many.p50:.0f} |"
        yield f"| the same, p95, ms | {few.p95:.0f} | {many.p95:.0f} |"
        yield ""
        yield f"A chat: {memory / 1000:.0f} kB of memory, {files:.2f} files, "
        yield f"{1000 * self.opened_in / opened:.1f} ms to open."
        yield f"{self.answered} of {self.wrote} messages were answered; "
        yield f"{self.strangers} chats were shown anything but their own."


async def bench_chats(
    settings: Settings, *, chats: int, steps: Steps, writing: int = 60, idle: float = IDLE_SECONDS
) -> Report:
    """Open so many chats on a desk, of which ``writing`` write; ``idle`` seconds nobody does, twice."""
    open_files.allow_many()
    report = Report(chats)
    async with ground(settings, steps) as base, whole_desk(base, engines=1, desks=1) as desk:
        process = psutil.Process(desk.processes["desk"])
        address = str(desk.desks[0].base_url)
        async with open_chats(address, FEW, first=0) as few:
            await _write(report, few, writing)  # warms what runs once
            report.few = await _write(report, few, writing)
            report.idle_before = await _idle(process, idle)
            report.memory_before, report.files_before = process.memory_info().rss, process.num_fds()
            started = perf_counter()
            async with open_chats(address, chats - FEW, first=FEW) as rest:
                report.opened_in = perf_counter() - started
                report.memory_after, report.files_after = process.memory_info().rss, process.num_fds()
                report.idle_after = await _idle(process, idle)
                everyone = [*few, *rest]
                report.many = await _write(report, everyone[:: max(1, chats // writing)], writing)
                await asyncio.sleep(1)
                report.strangers = sum(not chat.is_its_own for chat in everyone if chat.said or chat.read)
    return report


@asynccontextmanager
async def open_chats(address: str, number: int, *, first: int) -> AsyncIterator[list[Chat]]:
    """So many chats, all of them ready, open until the block ends."""
    gate = asyncio.Semaphore(OPENED_AT_ONCE)
    async with AsyncExitStack() as stack:
        client = await stack.enter_async_context(httpx.AsyncClient(base_url=address, timeout=60))
        tasks: list[asyncio.Task[None]] = []

        async def one(chat_number: int) -> Chat:
            async with gate:
                session = (await client.post(f"{API}/sessions", json={})).raise_for_status().json()
                socket = await connect(f"{address.replace('http', 'ws', 1)}{API}/ws")
                stack.push_async_callback(socket.close)
                await socket.send(json.dumps({"type": "hello", "token": session["token"]}))
                chat = Chat(chat_number, session["conversation"], socket)
                tasks.append(asyncio.create_task(chat.listen()))
                async with asyncio.timeout(60):
                    await chat.ready.wait()
                return chat

        chats = await asyncio.gather(*(one(first + offset) for offset in range(number)))
        yield list(chats)
        for task in tasks:
            task.cancel()


async def _write(report: Report, chats: Sequence[Chat], number: int) -> list[float]:
    """So many messages, each chat one at a time."""
    gate = asyncio.Semaphore(WRITING_AT_ONCE)

    async def one(chat: Chat, times: int) -> list[float | None]:
        said = []
        for _ in range(times):
            async with gate:
                said.append(await chat.say())
        return said

    chats = chats[:number]
    times = -(-number // len(chats))
    said = await asyncio.gather(*(one(chat, times) for chat in chats))
    answers = [seconds for each in said for seconds in each if seconds is not None]
    report.wrote += times * len(chats)
    report.answered += len(answers)
    return answers


async def _idle(process: psutil.Process, seconds: float) -> float:
    process.cpu_percent()
    await asyncio.sleep(seconds)
    return process.cpu_percent() / 100
