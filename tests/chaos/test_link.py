"""Links break in the ways they are asked to."""

import asyncio
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import pytest

from bot.runtime.ports import LOOPBACK, free_ports
from tests.chaos.link import Link

SOON = 0.2
LONG = 5.0


@asynccontextmanager
async def echo(*, follows: bool = False) -> AsyncIterator[tuple[Link, int, asyncio.Server]]:
    """A link to somebody who says everything back in capitals; where it is entered."""

    async def answer(reader: StreamReader, writer: StreamWriter) -> None:
        with suppress(OSError):
            while words := await reader.read(100):
                writer.write(words.upper())
        writer.close()

    here, there = free_ports(2)
    server = await asyncio.start_server(answer, LOOPBACK, there)
    link = Link((LOOPBACK, here), (LOOPBACK, there), follows=follows)
    await link.start()
    try:
        yield link, here, server
    finally:
        await link.stop()
        server.close()


async def says(port: int, words: bytes = b"hello") -> bytes:
    """What comes back; nothing when the connection broke."""
    reader, writer = await asyncio.open_connection(LOOPBACK, port)
    writer.write(words)
    try:
        async with asyncio.timeout(LONG):
            return await reader.read(100)
    except ConnectionError:
        return b""
    finally:
        writer.close()


async def test_a_link_carries_both_ways() -> None:
    async with echo() as (_, port, _):
        assert await says(port) == b"HELLO"


async def test_a_lost_answer_breaks_its_connection_and_not_the_next_one() -> None:
    async with echo() as (link, port, _):
        link.lose_answers(1)
        assert await says(port) == b""
        assert await says(port) == b"HELLO"


async def test_a_cut_breaks_what_stands() -> None:
    async with echo() as (link, port, _):
        reader, writer = await asyncio.open_connection(LOOPBACK, port)
        writer.write(b"hello")
        assert await reader.read(100) == b"HELLO"
        link.cut()
        async with asyncio.timeout(LONG):
            with suppress(ConnectionError):
                assert await reader.read(100) == b""


async def test_what_a_stalled_link_held_back_arrives_afterwards() -> None:
    async with echo() as (link, port, _):
        async with link.stalled():
            asked = asyncio.create_task(says(port))
            await asyncio.sleep(SOON)
            assert not asked.done()
        assert await asked == b"HELLO"


async def test_a_refused_link_takes_no_connection_until_it_is_over() -> None:
    async with echo() as (link, port, _):
        async with link.refused():
            with pytest.raises(ConnectionError):
                await says(port)
        assert await says(port) == b"HELLO"


async def test_a_link_that_follows_looks_as_dead_as_the_part_behind_it() -> None:
    async with echo(follows=True) as (_, port, server):
        await _until_it(port, answers=True)
        server.close()
        await _until_it(port, answers=False)


async def _until_it(port: int, *, answers: bool) -> None:
    for _ in range(100):
        try:
            answered = await says(port) == b"HELLO"
        except ConnectionError:
            answered = False
        if answered is answers:
            return
        await asyncio.sleep(0.05)
    raise AssertionError(f"the link does {'not answer' if answers else 'answer'}")
