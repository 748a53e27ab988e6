"""``python -m tests.emulator --port 8081``: the emulator as a process of its own."""

import argparse
import asyncio
from contextlib import suppress
from pathlib import Path

from tests.emulator.journal import Remembering
from tests.emulator.server import running
from tests.emulator.state import Telegram


async def _run(port: int, journal: Path | None) -> None:
    async with running(port, Remembering(journal) if journal else Telegram()) as emulator:
        print(f"Bot API emulator at {emulator.url}", flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8081)
    parser.add_argument("--journal", type=Path, help="a file in which it remembers what it knows")
    options = parser.parse_args()
    with suppress(KeyboardInterrupt):
        asyncio.run(_run(options.port, options.journal))
