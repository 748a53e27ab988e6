"""The desk as one object: what its parts share, wired in ``bot/bootstrap.py``."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from bot.channels.base import Channel
from bot.engine import Engine
from bot.evidence import Evidence
from bot.live import Live
from bot.presence import Typists
from bot.scripts import Scripts
from bot.settings import Settings
from ledger.db import Database
from ledger.policy import Policy
from ledger.vocabulary import Delivery


def utc_now() -> datetime:
    """The wall clock, aware, in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Patience:
    """How often work is tried again, and after how many seconds each time; then a person is told.

    ``turns``: the assistant's answer to a message. ``deliveries``: handing a message to a platform, unless
    the platform says when. ``belated``: hearing a message that the engine could not be asked about in time;
    the last pause is repeated until the engine is back.
    """

    turns: tuple[float, ...] = (0.5, 1, 2, 4, 8, 15, 20)
    deliveries: tuple[float, ...] = (1, 2, 5, 10, 30, 60, 120, 300)
    belated: tuple[float, ...] = (5, 15, 30, 60)


@dataclass(slots=True)
class Desk:
    """Everything a channel, a route, a page or a job may need.

    ``channels`` maps a channel's name to its adapter. ``typists`` are the customers who are writing. ``now``
    is the clock, replaced in tests. ``closing`` is set when this process was told to stop: it begins nothing.
    ``policy`` is replaced when its file is changed: read it when it is needed, and keep no part of it;
    ``policy_fault`` says why the file as it stands is not in force.
    """

    settings: Settings
    policy: Policy
    database: Database
    engine: Engine
    live: Live
    scripts: Scripts
    evidence: Evidence
    channels: dict[str, Channel] = field(default_factory=dict)
    now: Callable[[], datetime] = utc_now
    patience: Patience = field(default_factory=Patience)
    typists: Typists = field(default_factory=Typists)
    policy_fault: str | None = None
    closing: asyncio.Event = field(default_factory=asyncio.Event)

    def stored_as(self, channel: str) -> Delivery:
        """How far a message has got once it is stored for ``channel``."""
        adapter = self.channels.get(channel)
        return Delivery.SENT if adapter is not None and adapter.pulled else Delivery.PENDING
