"""The four processes of the desk: command lines, environments, and how one sees they are ready."""

import asyncio
import os
import secrets
import signal
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.engine import make_url

from bot.runtime.database import ENGINE_SCHEMA
from bot.runtime.ports import LOOPBACK, free_ports
from bot.runtime.postgres import EmbeddedServer
from bot.runtime.supervisor import Part, answers_http
from bot.runtime.training import QUIET, Model, rasa_program
from bot.settings import PROJECT, Settings

# What only the desk needs to know.
DESK_ONLY = ("QINGTING_ADMIN_PASSWORD", "TELEGRAM_BOT_TOKEN", "TELEGRAM_WEBHOOK_SECRET")


@dataclass(frozen=True)
class Wiring:
    """What the parts must agree upon."""

    settings: Settings
    database_url: str
    engine_token: str
    engine_port: int
    action_port: int

    @property
    def engine_urls(self) -> tuple[str, ...]:
        """The engines the desk asks: those it was told of, else the one started here."""
        return self.settings.engine_urls or (f"http://{LOOPBACK}:{self.engine_port}",)

    @property
    def environment(self) -> dict[str, str]:
        """Variables for every part, on top of our own environment."""
        return {
            **os.environ,
            **QUIET,
            "QINGTING_HOME": str(self.settings.home),
            "QINGTING_POLICY": str(self.settings.policy),
            "QINGTING_DATABASE_URL": self.database_url,
            "QINGTING_ENGINE_TOKEN": self.engine_token,
            "QINGTING_ENGINE_URLS": ",".join(self.engine_urls),
        }


def wire(settings: Settings, database_url: str) -> Wiring:
    """Choose the inner ports, and a token unless one was given."""
    given = settings.engine_token
    token = given.get_secret_value() if given else secrets.token_urlsafe(32)
    engine_port, action_port = free_ports(2)
    return Wiring(settings, database_url, token, engine_port, action_port)


def postgres(server: EmbeddedServer) -> Part:
    """The embedded database. `server.prepare()` comes first."""

    async def ready() -> bool:
        return await asyncio.to_thread(server.answers)

    return Part(
        name="database",
        command=server.command,
        log=server.log,
        ready=ready,
        stop_signal=signal.SIGINT,
        orphan_signal=signal.SIGINT,
        stop_seconds=30,
        identity=server.identity,
    )


def actions(wiring: Wiring) -> Part:
    """The action server, which writes to the ledger."""
    port = wiring.action_port
    return Part(
        name="action server",
        command=[sys.executable, "-m", "actions", "--port", str(port)],
        log=wiring.settings.logs / "actions.log",
        ready=answers_http(f"http://{LOOPBACK}:{port}/health"),
        environment=_without_secrets(wiring.environment),
        folder=PROJECT,
    )


def engine(wiring: Wiring, model: Path | None = None) -> Part:
    """Rasa, with the model of the project or another."""
    port, token = wiring.engine_port, wiring.engine_token
    options = {
        "--model": str(model or Model().path),
        "--endpoints": "endpoints.yml",
        "--credentials": "credentials.yml",
        "--interface": LOOPBACK,
        "--port": str(port),
    }
    return Part(
        name="engine",
        command=[
            rasa_program(PROJECT, "python"),
            *("-m", "bot.nlu.serve", "--enable-api"),
            *(word for option in options.items() for word in option),
        ],
        log=wiring.settings.logs / "engine.log",
        ready=answers_http(f"http://{LOOPBACK}:{port}/status?token={token}"),
        environment=_engine_environment(wiring),
        folder=PROJECT,
        start_seconds=300,
    )


def desk(wiring: Wiring) -> Part:
    """Channels, console, API and queue worker."""
    environment = {name: value for name, value in wiring.environment.items() if name != DESK_ONLY[0]}
    return Part(
        name="desk",
        command=[sys.executable, "-m", "bot", "desk"],
        log=wiring.settings.logs / "desk.log",
        ready=answers_http(f"{wiring.settings.address}/readyz"),
        environment=environment,
        folder=PROJECT,
    )


def _engine_environment(wiring: Wiring) -> dict[str, str]:
    tracker = make_url(wiring.database_url).set(drivername="postgresql")
    return {
        **_without_secrets(wiring.environment),
        "QINGTING_ACTION_URL": f"http://{LOOPBACK}:{wiring.action_port}/webhook",
        "QINGTING_TRACKER_URL": tracker.render_as_string(hide_password=False),
        "POSTGRESQL_SCHEMA": ENGINE_SCHEMA,
        "SQL_POOL_SIZE": "10",
        "SQL_MAX_OVERFLOW": "20",
    }


def _without_secrets(environment: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in environment.items() if name not in DESK_ONLY}
