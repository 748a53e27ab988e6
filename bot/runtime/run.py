"""`qingting run` and `qingting engine`: parts started in order, kept alive, and stopped in order."""

import asyncio
import signal
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from typing import Any

from bot.runtime import database, parts
from bot.runtime.administrator import ensure_administrator
from bot.runtime.home import held
from bot.runtime.ports import claim
from bot.runtime.postgres import DATABASE
from bot.runtime.steps import Steps
from bot.runtime.supervisor import Part, Supervisor
from bot.runtime.training import Model, rasa_program
from bot.settings import PROJECT, Settings, SettingsError
from ledger.policy import load_policy


async def run(settings: Settings, steps: Steps) -> None:
    """Run the desk until SIGINT or SIGTERM. Raises StartError or PolicyError, with nothing left running."""
    _check(settings)
    with held(settings.home, "desk"):
        await _until_stopped(settings, steps, partial(_start, settings, steps))


async def run_engine(settings: Settings, steps: Steps) -> None:
    """Run one engine with its action server, for desks elsewhere, until SIGINT or SIGTERM.

    It listens where the settings say the desk would. Raises StartError, PolicyError or SettingsError.
    """
    if settings.database_url is None or settings.engine_token is None:
        raise SettingsError("QINGTING_DATABASE_URL and QINGTING_ENGINE_TOKEN must be those of the desk")
    _check(settings)
    await _until_stopped(settings, steps, partial(_start_engine, settings, settings.database_url, steps))


def _check(settings: Settings) -> None:
    """What can be known to fail is found before anything is started."""
    load_policy(settings.policy)
    claim(settings.host, settings.port)
    rasa_program(PROJECT, "python")


async def _until_stopped(
    settings: Settings, steps: Steps, start: Callable[[Supervisor], Awaitable[None]]
) -> None:
    with _cancelled_by(signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        supervisor = Supervisor(steps.say, hung_after=settings.hung_after)
        try:
            with steps.shown():
                await start(supervisor)
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            steps.say("Stopping …")
        finally:
            await supervisor.stop()
    steps.say("Stopped.")


async def _start(settings: Settings, steps: Steps, supervisor: Supervisor) -> None:
    with steps.step("Database"):
        url = await _database(settings, supervisor)
    with steps.step("Tables up to date"):
        await asyncio.to_thread(database.prepare, url)
        password = await ensure_administrator(url, settings.admin_password, now=datetime.now(UTC))
    if not settings.engine_urls:
        await train_if_stale(settings, steps)
    wiring = parts.wire(settings, url)
    await together(steps, supervisor, [*parts.answering(wiring), parts.desk(wiring)])
    steps.say(f"\nThe desk is open: {settings.address}")
    steps.say(f"  agents {settings.address}/desk, supervisors {settings.address}/supervise")
    if password is not None:
        steps.say(f"  first administrator: admin, one-time password: {password}")


async def _start_engine(settings: Settings, url: str, steps: Steps, supervisor: Supervisor) -> None:
    await asyncio.to_thread(database.check, url)
    await train_if_stale(settings, steps)
    wiring = parts.wire_engine(settings, url)
    await together(steps, supervisor, [parts.actions(wiring), parts.engine(wiring, host=settings.host)])
    steps.say(f"\nThe engine answers at {settings.address}; name it in QINGTING_ENGINE_URLS of the desks.")


async def _database(settings: Settings, supervisor: Supervisor) -> str:
    if settings.database_url is not None:
        await asyncio.to_thread(database.check, settings.database_url)
        return settings.database_url
    server = database.embedded(settings)
    server.prepare()
    await supervisor.start(parts.postgres(server))
    server.ensure_database(DATABASE)
    return server.url()


async def train_if_stale(settings: Settings, steps: Steps) -> None:
    """Train the model when it is missing or older than its sources."""
    model = Model()
    if model.stale:
        with steps.step("Model trained"):
            await model.train(settings.logs / "train.log")


async def together(steps: Steps, supervisor: Supervisor, processes: Sequence[Part]) -> None:
    """Start all at once: engines need most of the time, and the desk is useful to nobody without one.

    Raises StartError.
    """

    async def start(part: Part) -> None:
        with steps.step(part.name.capitalize()):
            await supervisor.start(part)

    try:
        async with asyncio.TaskGroup() as group:
            for part in processes:
                group.create_task(start(part))
    except ExceptionGroup as failed:
        raise failed.exceptions[0] from None


@contextmanager
def _cancelled_by(*signals: signal.Signals) -> Iterator[None]:
    """These signals cancel the current task, once; more of them do not disturb the stopping."""
    task, loop = asyncio.current_task(), asyncio.get_running_loop()
    cancel: Callable[[], Any] = task.cancel if task else lambda: None
    stopping = False

    def stop() -> None:
        nonlocal stopping
        if not stopping:
            stopping = True
            cancel()

    for each in signals:
        loop.add_signal_handler(each, stop)
    yield
    for each in signals:
        loop.remove_signal_handler(each)
