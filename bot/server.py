"""The web server of a desk process, which leaves well: what is under way ends, the rest is left to others."""

import gc
import signal
import socket

import uvicorn
from fastapi import FastAPI

from bot.desk import Desk
from bot.runtime import open_files

# Requests under way may take so long after the desk was told to stop: an upload, not a socket.
FAREWELL_SECONDS = 10
# A frame of a socket, in bytes: of a message nobody may write, more is not taken into memory.
LONGEST_FRAME = 1_000_000
# The exit code of a desk whose parts could not start; the log has the reason.
NOT_STARTED = 3


class Server(uvicorn.Server):
    """Tells the desk that it closes, before it waits for the requests under way."""

    def __init__(self, config: uvicorn.Config, desk: Desk) -> None:
        super().__init__(config)
        self._desk = desk

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """No new connection; sockets are told to come again; requests are finished; then the desk's parts."""
        self._desk.closing.set()
        await super().shutdown(sockets)


def serve(app: FastAPI, *, host: str, port: int) -> None:
    """Serve `app`, whose `state.desk` is its desk, until SIGTERM or SIGINT."""
    open_files.allow_many()
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        log_config=None,
        timeout_graceful_shutdown=FAREWELL_SECONDS,
        ws_max_size=LONGEST_FRAME,
        # A dictionary for each of thousands of sockets costs more than sentences weigh.
        ws_per_message_deflate=False,
    )
    # The server raises again the signal that ended it. To have stopped as told is no failure.
    for told in (signal.SIGTERM, signal.SIGINT):
        signal.signal(told, lambda *_: None)
    # What was made so far stays; to look through it for what could go stops the desk for tenths of a second.
    gc.collect()
    gc.freeze()
    server = Server(config, app.state.desk)
    server.run()
    if not server.started:
        raise SystemExit(NOT_STARTED)
