"""A run from beginning to end: start, load and faults, rest, audit."""

import asyncio
import shutil
import tempfile
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from typing import Final

import httpx
from sqlalchemy import text

from ledger.db import Database
from ledger.services import staff
from ledger.vocabulary import Role
from tests.chaos.audit import Findings, audit
from tests.chaos.crowd import LIMIT, Crowd
from tests.chaos.havoc import Havoc
from tests.chaos.installation import Installation, running
from tests.chaos.plan import Plan

AGENTS: Final = 4
SUPERVISORS: Final = 2
REST_WITHIN: Final = 200.0
LOOK_EVERY: Final = 0.5

# What is on its way yet: messages, deliveries, and jobs that nobody put off for later.
UNDER_WAY: Final = text("""
    SELECT (SELECT count(*) FROM messages
            WHERE (author = 'customer' AND (settled_at IS NULL OR (heard_at IS NULL AND text <> '')))
               OR delivery IN ('pending', 'sending'))
         + (SELECT count(*) FROM procrastinate_jobs
            WHERE status IN ('todo', 'doing') AND task_name <> 'conversation.proactive'
              AND (task_name LIKE 'conversation.%' OR task_name LIKE 'delivery.%'))
""")
CONVERSATION: Final = text("""
    SELECT c.id FROM conversations c JOIN identities i ON i.id = c.identity_id WHERE i.address = :chat
""")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a plan: ``faults`` by kind as they happened, ``seconds`` under load and until rest."""

    plan: Plan
    findings: Findings
    faults: Counter[str]
    seconds: float
    rest: float


async def run(plan: Plan, *, keep: Path | None = None) -> Outcome:
    """Run ``plan`` in a folder of its own; the folder goes away afterwards unless ``keep`` names one."""
    place = keep or Path(tempfile.mkdtemp(prefix="qt-"))
    try:
        async with running(place, desks=plan.desks, engines=plan.engines) as installation:
            database = Database(installation.database_url)
            try:
                return await _run(plan, installation, database)
            finally:
                await database.close()
    finally:
        if keep is None:
            shutil.rmtree(place, ignore_errors=True)


async def _run(plan: Plan, installation: Installation, database: Database) -> Outcome:
    tokens = await _hire(database)
    havoc, begun = Havoc(installation), monotonic()
    async with httpx.AsyncClient(trust_env=False, timeout=LIMIT, limits=httpx.Limits()) as client:
        crowd = Crowd(installation, client, tokens[:AGENTS], tokens[AGENTS:])
        async with asyncio.TaskGroup() as group:
            group.create_task(havoc.wreak(plan))
            group.create_task(crowd.live(plan, lambda chat: _conversation_of(database, chat)))
    over = monotonic()
    await _rest(installation, database)
    crowd.record.calls = installation.calls()
    async with database.transaction() as session:
        findings = await audit(session, crowd.record)
    return Outcome(plan, findings, havoc.done, over - begun, monotonic() - over)


async def _hire(database: Database) -> list[str]:
    """The tokens of the agents, and then of the supervisors."""
    now, tokens = datetime.now(UTC), []
    async with database.transaction() as session:
        for n in range(AGENTS + SUPERVISORS):
            role = Role.AGENT if n < AGENTS else Role.SUPERVISOR
            hired = await staff.create(session, username=f"{role}{n}", role=role, password="chaos", now=now)
            tokens.append(await staff.issue_token(session, staff=hired.staff, now=now))
    return tokens


async def _conversation_of(database: Database, chat: str) -> int | None:
    """The database may be away at that moment; then the agent has nothing to take."""
    try:
        async with database.transaction() as session:
            found: int | None = await session.scalar(CONVERSATION, {"chat": chat})
            return found
    except Exception:
        return None


async def _rest(installation: Installation, database: Database) -> None:
    """Wait until nothing is under way; what still is then, the auditor finds."""
    await installation.all_ready(REST_WITHIN)
    until, quiet = monotonic() + REST_WITHIN, 0
    while monotonic() < until and quiet < 3:
        async with database.transaction() as session:
            under_way = await session.scalar(UNDER_WAY)
        quiet = quiet + 1 if not under_way and not await installation.updates_waiting() else 0
        await asyncio.sleep(LOOK_EVERY)
