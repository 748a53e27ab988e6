"""The one place where things are wired."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Final, Protocol

from fastapi import FastAPI
from fastapi_offline import FastAPIOffline

from bot import api, console
from bot.channels.telegram import TelegramChannel
from bot.channels.web import WebChannel
from bot.desk import Desk
from bot.engine import Engine
from bot.evidence import Evidence
from bot.live import Live
from bot.policy_watch import PolicyWatch
from bot.scripts import Scripts
from bot.settings import PROJECT, Settings, SettingsError, load
from bot.workers import Workers
from ledger.db import Database
from ledger.policy import Policy
from ledger.policy_file import PolicyFile

DESCRIPTION: Final = "A complaint desk that listens first."
# Seconds a request waits for a database that does not answer. Commands have no such bound: some read it all.
DATABASE_PATIENCE: Final = 6.0
SCRIPTS: Final = PROJECT / "data" / "scripts" / "desk.yml"


class Part(Protocol):
    """What runs for as long as the desk does."""

    async def start(self) -> None:
        """Begin."""

    async def stop(self) -> None:
        """End, with everything of it."""


def create_app() -> FastAPI:
    """The desk's ASGI application, by the environment; ``app.state.desk`` is its ``Desk``.

    Starting it connects the live news, the queue's workers and the channels; stopping it ends them in
    reverse. Raises SettingsError or PolicyError.
    """
    settings = load()
    policy_file = PolicyFile(settings.policy)
    desk = create_desk(settings, policy_file.policy)
    app = FastAPIOffline(title="Qingting", description=DESCRIPTION, lifespan=running)
    app.state.desk, app.state.policy_file = desk, policy_file
    telegram = desk.channels.get("telegram")
    if isinstance(telegram, TelegramChannel) and telegram.router is not None:
        app.include_router(telegram.router)
    api.install(app)
    console.mount(app, desk)
    return app


def create_desk(settings: Settings, policy: Policy) -> Desk:
    """The desk with all its parts, none of them started. Raises SettingsError."""
    if settings.database_url is None or not settings.engine_urls or settings.engine_token is None:
        raise SettingsError(
            "QINGTING_DATABASE_URL, QINGTING_ENGINE_URLS and QINGTING_ENGINE_TOKEN must be set to start "
            "the desk alone; `qingting run` sets them"
        )
    database = Database(settings.database_url, patience=DATABASE_PATIENCE)
    live = Live(settings.database_url)
    desk = Desk(
        settings=settings,
        policy=policy,
        database=database,
        engine=Engine(settings.engine_urls, settings.engine_token.get_secret_value()),
        live=live,
        scripts=Scripts.load(SCRIPTS),
        evidence=Evidence(settings.home / "evidence"),
    )
    web = WebChannel(database, live)
    desk.channels[web.name] = web
    if settings.telegram_bot_token is not None:
        telegram = TelegramChannel(desk, settings.telegram_bot_token.get_secret_value())
        desk.channels[telegram.name] = telegram
    return desk


@asynccontextmanager
async def running(app: FastAPI) -> AsyncIterator[None]:
    """Start everything, in this order; stop it in reverse."""
    desk: Desk = app.state.desk
    workers = Workers(desk)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(desk.database.close)
        stack.push_async_callback(desk.engine.close)
        # The workers leave first: what they finish still needs its channel.
        parts: list[Part] = [
            PolicyWatch(desk, app.state.policy_file),
            desk.live,
            *desk.channels.values(),
            workers,
        ]
        for part in parts:
            await part.start()
            stack.push_async_callback(part.stop)
        yield
