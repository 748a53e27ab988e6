"""Warnings of a building wave (四级预警, playbook B5): they begin, rise, fall and end by themselves.

A named supervisor acknowledges; headquarters is told when one begins, and when it rises.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.errors import AlreadyAcknowledged, NoSuchWave, NotAllowed
from ledger.live import notify
from ledger.locks import Lock, try_for
from ledger.models import Staff, Wave
from ledger.policy import Policy
from ledger.services.circle import at_headquarters
from ledger.services.entries import SYSTEM, Actor, record
from ledger.services.notices import tell
from ledger.views.surges import Surge, surges
from ledger.views.topic_surges import topic_surges
from ledger.vocabulary import NoticeKind, Role, WarningLevel

ORDER: Final = tuple(WarningLevel)


async def look(session: AsyncSession, *, policy: Policy, now: datetime) -> None:
    """Compare what comes in with what is usual, and bring the warnings to it."""
    if not await try_for(session, Lock.WAVES):
        return
    rising = [
        *await surges(session, policy=policy, now=now),
        *await topic_surges(session, policy=policy, now=now),
    ]
    found = {(one.kind, one.subject): one for one in rising}
    standing = await _standing(session)
    for wave in standing:
        await _follow(session, wave, found.get((wave.kind, wave.subject)), policy, now)
    known = {(wave.kind, wave.subject) for wave in standing}
    for subject, one in found.items():
        if subject not in known and one.level is not None:
            await _begin(session, one, one.level, policy, now)


async def acknowledge(session: AsyncSession, *, wave_id: int, staff: Staff, now: datetime) -> Wave:
    """A supervisor has seen the warning, and sees to it.

    Raises:
        NoSuchWave: there is none, or it is over.
        NotAllowed: not a supervisor.
        AlreadyAcknowledged: somebody did, at this level.
    """
    if staff.role is Role.AGENT:
        raise NotAllowed(staff.username)
    wave = await session.get(Wave, wave_id, with_for_update={"key_share": True}, populate_existing=True)
    if wave is None or wave.until is not None:
        raise NoSuchWave(str(wave_id))
    if wave.acknowledged_at is not None:
        raise AlreadyAcknowledged(await _name(session, wave.acknowledged_by_id), wave.acknowledged_at)
    wave.acknowledged_by_id, wave.acknowledged_at = staff.id, now
    await _record(session, wave, "wave.acknowledged", now, actor=Actor.staff(staff))
    return wave


async def _name(session: AsyncSession, staff_id: int | None) -> str:
    staff = await session.get(Staff, staff_id) if staff_id else None
    return staff.name if staff else ""


async def _standing(session: AsyncSession) -> Sequence[Wave]:
    standing = select(Wave).where(Wave.until.is_(None)).order_by(Wave.id)
    return (await session.scalars(standing.with_for_update(key_share=True))).all()


async def _begin(
    session: AsyncSession, found: Surge, level: WarningLevel, policy: Policy, now: datetime
) -> None:
    wave = Wave(kind=found.kind, subject=found.subject, level=level, since=now)
    _count(wave, found, now)
    session.add(wave)
    await session.flush()
    await _record(session, wave, "wave.began", now)
    await _tell(session, wave, policy, now)


async def _follow(
    session: AsyncSession, wave: Wave, found: Surge | None, policy: Policy, now: datetime
) -> None:
    """Rise at once, and fall only after the level has not been reached for a while."""
    level = found.level if found else None
    if found is not None and level is not None:
        _count(wave, found, now)
    if level is not None and ORDER.index(level) >= ORDER.index(wave.level):
        wave.lower_since = None
        if level is not wave.level:
            await _rise(session, wave, level, policy, now)
        return
    wave.lower_since = wave.lower_since or now
    if now - wave.lower_since >= policy.waves.settle:
        await _fall(session, wave, level, now)


def _count(wave: Wave, found: Surge, now: datetime) -> None:
    wave.count, wave.expected, wave.counted_at = found.count, found.expected, now
    wave.minutes = int(found.window.total_seconds() // 60)


async def _rise(
    session: AsyncSession, wave: Wave, level: WarningLevel, policy: Policy, now: datetime
) -> None:
    before, wave.level = wave.level, level
    wave.acknowledged_by_id = wave.acknowledged_at = None
    await _record(session, wave, "wave.risen", now, before=before)
    await _tell(session, wave, policy, now)


async def _fall(session: AsyncSession, wave: Wave, level: WarningLevel | None, now: datetime) -> None:
    before, wave.lower_since = wave.level, None
    if level is None:
        wave.until = now
        await _record(session, wave, "wave.ended", now)
    else:
        wave.level = level
        await _record(session, wave, "wave.fallen", now, before=before)


async def _record(
    session: AsyncSession,
    wave: Wave,
    action: str,
    now: datetime,
    *,
    before: WarningLevel | None = None,
    actor: Actor = SYSTEM,
) -> None:
    after: dict[str, Any] = {
        "wave": wave.id,
        "kind": wave.kind,
        "subject": wave.subject,
        "level": wave.level,
        "count": wave.count,
        "expected": f"{wave.expected:.1f}",
        "minutes": wave.minutes,
    }
    told = {"level": before} if before else None
    await record(session, case=None, actor=actor, action=action, now=now, before=told, after=after)
    await notify(session, "wave", wave=wave.id)


async def _tell(session: AsyncSession, wave: Wave, policy: Policy, now: datetime) -> None:
    # Once a level: one that falls and rises again is in the list, and on nobody's phone.
    await tell(
        session,
        kind=NoticeKind.WAVE,
        people=await at_headquarters(session, now),
        round=f"wave:{wave.id}:{wave.level}",
        policy=policy,
        now=now,
    )
