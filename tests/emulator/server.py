"""Runs the emulator on a port of this machine."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

import uvicorn

from tests.emulator.app import create_app
from tests.emulator.pusher import push_forever
from tests.emulator.state import Telegram


@dataclass(frozen=True, slots=True)
class Emulator:
    """A running emulator: its state, and the root address for ``TELEGRAM_API_BASE_URL``."""

    telegram: Telegram
    url: str


@asynccontextmanager
async def running(port: int = 0, telegram: Telegram | None = None) -> AsyncIterator[Emulator]:
    """The emulator in this event loop, on ``port`` or a free one, until the block ends."""
    telegram, listener = telegram or Telegram(), socket.create_server(("127.0.0.1", port))
    config = uvicorn.Config(
        create_app(telegram), log_level="critical", timeout_graceful_shutdown=1, lifespan="off"
    )
    server = uvicorn.Server(config)
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
    tasks = [
        asyncio.create_task(server.serve(sockets=[listener])),
        asyncio.create_task(push_forever(telegram)),
    ]
    try:
        yield Emulator(telegram, f"http://127.0.0.1:{listener.getsockname()[1]}")
    finally:
        server.should_exit = True
        tasks[1].cancel()
        with suppress(asyncio.CancelledError):
            await asyncio.gather(*tasks)
