"""A link: what lies between two parts, and how it breaks."""

import asyncio
import socket
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

CHUNK = 65536
FOLLOWED_EVERY = 0.2

Address = tuple[str, int] | Path


class Link:
    """Carries bytes from ``here`` to ``there``, both a TCP address or a Unix socket.

    A port of ``here`` is its own from the beginning, whether it takes connections or not; 0 is any. With
    ``follows`` it takes connections only while ``there`` does, so that a dead part looks dead.
    """

    def __init__(self, here: Address, there: Address, *, follows: bool = False) -> None:
        self._here, self._there, self._follows = here, there, follows
        self._port = None if isinstance(here, Path) else _held(here)
        self._flows = asyncio.Event()
        self._flows.set()
        self._late = 0.0
        self._lost_answers = 0
        self._refused = 0
        self._ends: set[StreamWriter] = set()
        self._carrying: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None
        self._following: asyncio.Task[None] | None = None

    @property
    def port(self) -> int:
        """Where it is entered by TCP."""
        assert self._port is not None
        return int(self._port.getsockname()[1])

    async def start(self) -> None:
        """Begin to carry."""
        if self._follows:
            self._following = asyncio.create_task(self._follow())
        else:
            await self._listen()

    async def stop(self) -> None:
        """Carry nothing more."""
        if self._following is not None:
            self._following.cancel()
            with suppress(asyncio.CancelledError):
                await self._following
        self._flows.set()
        self._close()
        self.cut()
        await asyncio.gather(*self._carrying, return_exceptions=True)
        if self._port is not None:
            self._port.close()

    def cut(self) -> None:
        """All connections break at once; new ones are taken."""
        for end in list(self._ends):
            end.transport.abort()

    def lose_answers(self, number: int) -> None:
        """``number`` times what comes back from ``there`` is lost, and its connection breaks."""
        self._lost_answers += number

    @asynccontextmanager
    async def delayed(self, seconds: float) -> AsyncIterator[None]:
        """Every piece takes ``seconds`` longer, in each direction."""
        self._late += seconds
        try:
            yield
        finally:
            self._late = max(0.0, self._late - seconds)

    @asynccontextmanager
    async def stalled(self) -> AsyncIterator[None]:
        """A black hole: connections stand and carry nothing; afterwards what was held back arrives."""
        self._flows.clear()
        try:
            yield
        finally:
            self._flows.set()

    @asynccontextmanager
    async def refused(self) -> AsyncIterator[None]:
        """Nobody is there: connections break, and no new one is taken."""
        self._refused += 1
        self._close()
        self.cut()
        try:
            yield
        finally:
            self._refused -= 1
            if not self._refused and not self._follows:
                await self._listen()

    async def _listen(self) -> None:
        if self._server is not None:
            return
        if isinstance(self._here, Path):
            self._here.unlink(missing_ok=True)
            self._server = await asyncio.start_unix_server(self._take, self._here)
        else:
            self._server = await asyncio.start_server(self._take, self._here[0], self.port, reuse_port=True)

    def _close(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None

    async def _follow(self) -> None:
        while True:
            there = await self._is_there()
            if there and not self._refused:
                await self._listen()
            else:
                self._close()
            await asyncio.sleep(FOLLOWED_EVERY)

    async def _is_there(self) -> bool:
        try:
            _, end = await self._connect()
        except OSError:
            return False
        end.close()
        return True

    async def _connect(self) -> tuple[StreamReader, StreamWriter]:
        if isinstance(self._there, Path):
            return await asyncio.open_unix_connection(self._there)
        return await asyncio.open_connection(*self._there)

    def _take(self, reader: StreamReader, writer: StreamWriter) -> None:
        task = asyncio.create_task(self._carry(reader, writer))
        self._carrying.add(task)
        task.add_done_callback(self._carrying.discard)

    async def _carry(self, reader: StreamReader, writer: StreamWriter) -> None:
        self._ends.add(writer)
        try:
            far_reader, far_writer = await self._connect()
        except OSError:
            writer.transport.abort()
            self._ends.discard(writer)
            return
        self._ends.add(far_writer)
        await asyncio.gather(
            self._pump(reader, far_writer),
            self._pump(far_reader, writer, answers=True),
        )
        for end in (writer, far_writer):
            end.transport.abort()
            self._ends.discard(end)

    async def _pump(self, reader: StreamReader, writer: StreamWriter, *, answers: bool = False) -> None:
        with suppress(OSError):
            while piece := await reader.read(CHUNK):
                if self._late:
                    await asyncio.sleep(self._late)
                await self._flows.wait()
                if answers and self._lost_answers:
                    self._lost_answers -= 1
                    break
                writer.write(piece)
                await writer.drain()
        # What was written still arrives, and the other side hears that nothing follows.
        with suppress(OSError):
            if answers:
                writer.close()
            elif writer.can_write_eof():
                writer.write_eof()


def _held(address: tuple[str, int]) -> socket.socket:
    """Bound and not listening: nobody else gets the port, and who connects is refused."""
    holder = socket.socket()
    holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    holder.bind(address)
    return holder
