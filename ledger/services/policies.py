"""Putting a policy in force: its departments are there, and the ledger tells what changed."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.errors import Missing, NotAllowed
from ledger.locks import Lock, wait_for
from ledger.models import Entry, Staff
from ledger.policy import Policy
from ledger.policy.flat import flat
from ledger.policy_draft import Draft, draft, write
from ledger.services import departments
from ledger.services.entries import DESK, SYSTEM, Actor, record
from ledger.vocabulary import Role

CHANGED: Final = "policy.changed"


async def put_in_force(session: AsyncSession, *, policy: Policy, now: datetime) -> list[str]:
    """Make the policy's departments, and record what it changes; the keys that changed, none the second time.

    What was in force before is what the ledger's entries add up to, so that a change while nobody was up is
    told, and one that several desks read is told once. Secrets are not in it.
    """
    before, after = await _differences(session, policy, now)
    if before or after:
        await record(session, case=None, actor=SYSTEM, action=CHANGED, now=now, before=before, after=after)
    return sorted(before.keys() | after.keys())


async def change(
    session: AsyncSession,
    *,
    path: Path,
    section: str,
    typed: str,
    digest: str,
    in_force: Policy,
    reason: str,
    staff: Staff,
    now: datetime,
) -> Draft:
    """Write a section of the policy's file anew, in somebody's name; every desk that reads the file follows.

    The file is written last: if that fails nothing is recorded, and should the commit fail, the desk records
    the file as it finds it.

    Raises:
        NotAllowed: not an administrator.
        Missing: no reason.
        PolicyError, PolicyChangedMeanwhile, NothingChanged, PolicyNotWritable: as ``draft`` and ``write``.
    """
    if staff.role is not Role.ADMINISTRATOR:
        raise NotAllowed(staff.username)
    if not reason.strip():
        raise Missing("reason")
    made = await asyncio.to_thread(draft, path, key=section, typed=typed, digest=digest, in_force=in_force)
    before, after = await _differences(session, made.policy, now)
    veiled = _of_secrets(made)
    await record(
        session,
        case=None,
        actor=Actor.staff(staff),
        action=CHANGED,
        now=now,
        reason=reason.strip(),
        before=before | veiled,
        after=after | veiled,
    )
    await session.flush()
    await asyncio.to_thread(write, path, made)
    return made


async def departing(session: AsyncSession, policy: Policy) -> Sequence[str]:
    """The keys of which ``policy`` says otherwise than what was last put in force, on any machine."""
    was, is_now = await _recorded(session), flat(policy)
    keys = was.keys() | is_now.keys() if was else ()
    return sorted(key for key in keys if was.get(key) != is_now.get(key))


async def _differences(
    session: AsyncSession, policy: Policy, now: datetime
) -> tuple[dict[str, Any], dict[str, Any]]:
    """What was in force and is not under ``policy``, and what is instead, once its departments are there."""
    await departments.sync(session, policy=policy, now=now)
    await wait_for(session, Lock.DESK_BOOK)
    was, is_now = await _recorded(session), flat(policy)
    before = {key: value for key, value in was.items() if is_now.get(key) != value}
    after = {key: value for key, value in is_now.items() if was.get(key) != value}
    return before, after


def _of_secrets(made: Draft) -> dict[str, Any]:
    """Where only a secret is another: the key with what may be seen of it, the same before and after."""
    seen = flat(made.policy)
    return {key: seen[key] for key in made.secrets}


async def _recorded(session: AsyncSession) -> dict[str, Any]:
    changes = select(Entry.before, Entry.after).where(Entry.book == DESK, Entry.action == CHANGED)
    found: dict[str, Any] = {}
    for before, after in await session.execute(changes.order_by(Entry.position)):
        for key in before or {}:
            found.pop(key, None)
        found.update(after or {})
    return found
