"""``python -m tests.emulator --port 8081``: the emulator as a process of its own."""

import argparse
import asyncio
from contextlib import suppress

from tests.emulator.server import running


async def _run(port: int) -> None:
    async with running(port) as emulator:
        print(f"Bot API emulator at {emulator.url}", flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8081)
    with suppress(KeyboardInterrupt):
        asyncio.run(_run(parser.parse_args().port))
