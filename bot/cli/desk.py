"""Running the desk, and what it needs before it can run."""

import asyncio
import os

import typer

from bot import settings
from bot.bootstrap import create_app
from bot.runtime import run as runtime
from bot.runtime.database import for_command, prepare
from bot.runtime.steps import Steps
from bot.server import serve
from ledger import logs
from ledger.migrate import check


def register(app: typer.Typer) -> None:
    """Add these commands to `app`."""
    for command in (run, desk, engine, train, migrate):
        app.command()(command)


def run() -> None:
    """Start everything, keep it alive, stop it together on Ctrl-C."""
    asyncio.run(runtime.run(settings.load(), Steps()))


def desk() -> None:
    """Start the desk alone: channels, console, API, queue worker. `run` does this for you."""
    found = settings.load()
    with for_command(found) as url:
        check(url)
        os.environ["QINGTING_DATABASE_URL"] = url
        logs.configure()
        serve(create_app(), host=found.host, port=found.port)


def engine() -> None:
    """Start one engine with its action server alone, for desks elsewhere. `run` does this for you."""
    asyncio.run(runtime.run_engine(settings.load(), Steps()))


def train() -> None:
    """Train the model if it is missing or older than its sources."""
    steps = Steps()
    with steps.shown():
        asyncio.run(runtime.train_if_stale(settings.load(), steps))


def migrate() -> None:
    """Bring the tables up to date."""
    with for_command(settings.load()) as url:
        prepare(url)
