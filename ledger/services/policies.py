"""Putting a policy in force: its departments are there, and the ledger tells what changed."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.models import Entry
from ledger.policy import Policy
from ledger.services import departments
from ledger.services.entries import DESK, DESK_LOCK, SYSTEM, record

CHANGED: Final = "policy.changed"


async def put_in_force(session: AsyncSession, *, policy: Policy, now: datetime) -> list[str]:
    """Make the policy's departments, and record what it changes; the keys that changed, none the second time.

    What was in force before is what the ledger's entries add up to, so that a change while nobody was up is
    told, and one that several desks read is told once. Secrets are not in it.
    """
    await departments.sync(session, policy=policy, now=now)
    await session.execute(select(func.pg_advisory_xact_lock(DESK_LOCK)))
    was, is_now = await _recorded(session), dict(_flat(policy.model_dump(mode="json")))
    before = {key: value for key, value in was.items() if is_now.get(key) != value}
    after = {key: value for key, value in is_now.items() if was.get(key) != value}
    changed = sorted(before.keys() | after.keys())
    if changed:
        await record(session, case=None, actor=SYSTEM, action=CHANGED, now=now, before=before, after=after)
    return changed


async def _recorded(session: AsyncSession) -> dict[str, Any]:
    changes = select(Entry.before, Entry.after).where(Entry.book == DESK, Entry.action == CHANGED)
    found: dict[str, Any] = {}
    for before, after in await session.execute(changes.order_by(Entry.position)):
        for key in before or {}:
            found.pop(key, None)
        found.update(after or {})
    return found


def _flat(written: Mapping[str, Any], place: str = "") -> Iterator[tuple[str, Any]]:
    """Every value with its place, ``clocks.first_response``; what is not set is left out."""
    for key, value in written.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{place}{key}.")
        elif value is not None:
            yield f"{place}{key}", value
