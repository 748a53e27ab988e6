"""The processes of the desk: command lines, environments, and how one sees they are ready."""

import asyncio
import os
import secrets
import signal
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy.engine import make_url

from bot.runtime.database import ENGINE_SCHEMA
from bot.runtime.ports import LOOPBACK, free_ports
from bot.runtime.postgres import EmbeddedServer
from bot.runtime.supervisor import Part, answers_http, reacts_to_http
from bot.runtime.training import QUIET, Model, rasa_program
from bot.settings import PROJECT, Settings, address_here

# What only the desk needs to know.
DESK_ONLY = ("QINGTING_ADMIN_PASSWORD", "TELEGRAM_BOT_TOKEN", "TELEGRAM_WEBHOOK_SECRET")


@dataclass(frozen=True)
class Wiring:
    """What the parts must agree upon."""

    settings: Settings
    database_url: str
    engine_token: str
    engine_ports: tuple[int, ...]
    action_ports: tuple[int, ...]

    @property
    def engine_urls(self) -> tuple[str, ...]:
        """The engines the desk asks: those it was told of, else the ones started here."""
        here = tuple(f"http://{LOOPBACK}:{port}" for port in self.engine_ports)
        return self.settings.engine_urls or here

    @property
    def environment(self) -> dict[str, str]:
        """Variables for every part, on top of our own environment."""
        return {
            **os.environ,
            **QUIET,
            "QINGTING_HOME": str(self.settings.home),
            "QINGTING_HOST": self.settings.host,
            "QINGTING_PORT": str(self.settings.port),
            "QINGTING_POLICY": str(self.settings.policy),
            "QINGTING_DATABASE_URL": self.database_url,
            "QINGTING_ENGINE_TOKEN": self.engine_token,
            "QINGTING_ENGINE_URLS": ",".join(self.engine_urls),
        }


def wire(settings: Settings, database_url: str) -> Wiring:
    """Choose the inner ports, two for each engine, and a token unless one was given."""
    given = settings.engine_token
    token = given.get_secret_value() if given else secrets.token_urlsafe(32)
    ports = free_ports(2 * settings.engines)
    engine_ports, action_ports = ports[: settings.engines], ports[settings.engines :]
    return Wiring(settings, database_url, token, tuple(engine_ports), tuple(action_ports))


def wire_engine(settings: Settings, database_url: str) -> Wiring:
    """The same for one engine whose desks are elsewhere: its address and token are the settings'."""
    alone = settings.model_copy(update={"engine_urls": (), "engines": 1})
    return replace(wire(alone, database_url), engine_ports=(settings.port,))


def postgres(server: EmbeddedServer) -> Part:
    """The embedded database. `server.prepare()` comes first."""

    async def ready() -> bool:
        return await asyncio.to_thread(server.answers)

    async def alive() -> bool:
        return await asyncio.to_thread(server.reacts)

    return Part(
        name="database",
        command=server.command,
        log=server.log,
        ready=ready,
        alive=alive,
        stop_signal=signal.SIGINT,
        orphan_signal=signal.SIGINT,
        stop_seconds=30,
        identity=server.identity,
    )


def answering(wiring: Wiring) -> list[Part]:
    """Every engine with the action server it calls; none where the desk was told of engines elsewhere."""
    numbers = () if wiring.settings.engine_urls else range(len(wiring.engine_ports))
    return [part for number in numbers for part in (actions(wiring, number), engine(wiring, number))]


def actions(wiring: Wiring, number: int = 0) -> Part:
    """The action server of an engine, which writes to the ledger."""
    port = wiring.action_ports[number]
    return Part(
        name=_numbered("action server", number),
        command=[sys.executable, "-m", "actions", "--port", str(port)],
        log=wiring.settings.logs / f"{_numbered('actions', number, '-')}.log",
        ready=answers_http(f"http://{LOOPBACK}:{port}/health"),
        alive=reacts_to_http(f"http://{LOOPBACK}:{port}/health"),
        environment=_without_secrets(wiring.environment),
        folder=PROJECT,
    )


def engine(wiring: Wiring, number: int = 0, *, model: Path | None = None, host: str = LOOPBACK) -> Part:
    """Rasa, with the model of the project or another, listening on ``host``."""
    port, token = wiring.engine_ports[number], wiring.engine_token
    options = {
        "--model": str(model or Model().path),
        "--endpoints": "endpoints.yml",
        "--credentials": "credentials.yml",
        "--interface": host,
        "--port": str(port),
    }
    return Part(
        name=_numbered("engine", number),
        command=[
            rasa_program(PROJECT, "python"),
            *("-m", "bot.nlu.serve", "--enable-api"),
            *(word for option in options.items() for word in option),
        ],
        log=wiring.settings.logs / f"{_numbered('engine', number, '-')}.log",
        ready=answers_http(f"{address_here(host, port)}/status?token={token}"),
        alive=reacts_to_http(address_here(host, port)),
        environment=_engine_environment(wiring, number),
        folder=PROJECT,
        start_seconds=300,
    )


def desk(wiring: Wiring, number: int = 0) -> Part:
    """Channels, console, API and queue worker."""
    environment = {name: value for name, value in wiring.environment.items() if name != DESK_ONLY[0]}
    return Part(
        name=_numbered("desk", number),
        command=[sys.executable, "-m", "bot", "desk"],
        log=wiring.settings.logs / f"{_numbered('desk', number, '-')}.log",
        ready=answers_http(f"{wiring.settings.address}/readyz"),
        alive=reacts_to_http(f"{wiring.settings.address}/healthz"),
        environment=environment,
        folder=PROJECT,
        stop_seconds=20,
    )


def _engine_environment(wiring: Wiring, number: int) -> dict[str, str]:
    tracker = make_url(wiring.database_url).set(drivername="postgresql")
    return {
        **_without_secrets(wiring.environment),
        "QINGTING_ACTION_URL": f"http://{LOOPBACK}:{wiring.action_ports[number]}/webhook",
        "QINGTING_TRACKER_URL": tracker.render_as_string(hide_password=False),
        "POSTGRESQL_SCHEMA": ENGINE_SCHEMA,
        "SQL_POOL_SIZE": "10",
        "SQL_MAX_OVERFLOW": "20",
    }


def _numbered(name: str, number: int, joint: str = " ") -> str:
    """The first of several has the plain name."""
    return f"{name}{joint}{number + 1}" if number else name


def _without_secrets(environment: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in environment.items() if name not in DESK_ONLY}
