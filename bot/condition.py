"""Whether the desk can do its work, and what somebody should look at: for `/readyz` and the status page."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from bot.desk import Desk
from bot.disk import nearly_full
from bot.engine import EngineError
from ledger.hours import SEARCHED_DAYS
from ledger.services.departments import nobody_on_duty
from ledger.views.endings import loose_ends

AHEAD: Final = timedelta(days=SEARCHED_DAYS)
"""How far opening hours are looked into."""
PATIENCE: Final = 5.0
"""Seconds a part has to answer."""


@dataclass(frozen=True, slots=True)
class Condition:
    """``reasons`` keep customers from being answered (``database``, ``engine``, ``actions``); ``warnings`` do
    not. Both are codes, explained in docs/operations.md and, under ``warning.``, in the console's texts.
    """

    reasons: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def ready(self) -> bool:
        """Whether customers are answered."""
        return not self.reasons


async def condition(desk: Desk) -> Condition:
    """How the desk is at this moment; takes no longer than ``PATIENCE``."""
    database, assistant = await asyncio.gather(_database(desk), _assistant(desk))
    reasons = tuple(reason for reason in (database, assistant) if reason)
    warnings = ["disk_nearly_full"] if nearly_full(desk.settings) else []
    return Condition(reasons, tuple(warnings if database else [*warnings, *await _warnings(desk)]))


async def _warnings(desk: Desk) -> list[str]:
    """Nobody on duty is one too: customers are heard all the same."""
    found = [f"{name}_out_of_reach" for name, channel in desk.channels.items() if not channel.reachable]
    async with desk.database.transaction() as session:
        if await nobody_on_duty(session, desk.now()):
            found.append("nobody_on_duty")
        found += (await loose_ends(session, policy=desk.policy, now=desk.now())).warnings
    return [*found, *_of_policy(desk)]


def _of_policy(desk: Desk) -> Iterator[str]:
    """The file is not in force, or counts on holidays of a time to come that nobody knows."""
    if desk.policy_fault:
        yield "policy_not_in_force"
    if not desk.policy.knows_holidays((desk.now() + AHEAD).year):
        yield "holidays_unknown"


async def _database(desk: Desk) -> str | None:
    try:
        async with asyncio.timeout(PATIENCE), desk.database.transaction() as session:
            await session.execute(text("SELECT 1"))
    except (SQLAlchemyError, TimeoutError, OSError):
        return "database"
    return None


async def _assistant(desk: Desk) -> str | None:
    try:
        async with asyncio.timeout(PATIENCE):
            return None if await desk.engine.ready() else "actions"
    except (EngineError, TimeoutError):
        return "engine"
