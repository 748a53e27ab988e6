"""Warnings as staff read them: those that stand, and those that are over (四级预警, playbook B5)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Select, null, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from ledger.models import Case, Fact, Wave
from ledger.views.surges import FACTS, fact_text, real
from ledger.vocabulary import WarningLevel, WaveKind

OVER: Final = 20
"""So many of those that are over."""
CASES: Final = 8
"""So many of the cases a warning is about, the latest."""


@dataclass(frozen=True, slots=True)
class WaveLine:
    """One warning. ``name`` is the subject as customers say it, ``cases`` are numbers, the latest first.

    ``count`` complaints in the ``minutes`` before ``counted_at``, where ``expected`` are usual; ``until`` is
    None while it stands.
    """

    id: int
    kind: WaveKind
    subject: str
    name: str
    level: WarningLevel
    count: int
    expected: float
    minutes: int
    counted_at: datetime
    since: datetime
    until: datetime | None
    acknowledged_by: str | None
    acknowledged_at: datetime | None
    cases: list[str]


async def warnings(session: AsyncSession) -> list[WaveLine]:
    """The warnings that stand, the gravest first, then the latest that are over."""
    found = select(Wave).options(joinedload(Wave.acknowledged_by))
    standing = (await session.scalars(found.where(Wave.until.is_(None)).order_by(Wave.since.desc()))).all()
    order = list(WarningLevel)
    gravest = sorted(standing, key=lambda wave: -order.index(wave.level))
    over = await session.scalars(found.where(Wave.until.is_not(None)).order_by(Wave.until.desc()).limit(OVER))
    return [await _line(session, wave) for wave in [*gravest, *over]]


async def topic_warnings(session: AsyncSession, *, since: datetime) -> list[WaveLine]:
    """Warnings about topics that stand, or stood after ``since``, the gravest first."""
    stood = Wave.until.is_(None) | (Wave.until >= since)
    found = select(Wave).where(Wave.kind == WaveKind.TOPIC, stood).options(joinedload(Wave.acknowledged_by))
    order = list(WarningLevel)
    waves = (await session.scalars(found.order_by(Wave.since.desc()))).all()
    return [await _line(session, wave) for wave in sorted(waves, key=lambda wave: -order.index(wave.level))]


async def warning(session: AsyncSession, wave_id: int) -> WaveLine:
    """One of them, as the database has it; there must be one."""
    await session.flush()
    options = [joinedload(Wave.acknowledged_by)]
    return await _line(session, await session.get_one(Wave, wave_id, options=options, populate_existing=True))


async def _line(session: AsyncSession, wave: Wave) -> WaveLine:
    # A topic is named in mentions and messages, which need not be any case's.
    cases = [] if wave.kind is WaveKind.TOPIC else (await session.execute(_cases(wave))).all()
    said = cases[0][1] if cases else None
    return WaveLine(
        id=wave.id,
        kind=wave.kind,
        subject=wave.subject,
        name=said or wave.subject,
        level=wave.level,
        count=wave.count,
        expected=round(wave.expected, 1),
        minutes=wave.minutes,
        counted_at=wave.counted_at,
        since=wave.since,
        until=wave.until,
        acknowledged_by=wave.acknowledged_by.name if wave.acknowledged_by else None,
        acknowledged_at=wave.acknowledged_at,
        cases=[number for number, _ in cases],
    )


def _cases(wave: Wave) -> Select[Any, Any]:
    """The cases that were counted, and how the subject was said there."""
    counted = (Case.opened_at > wave.counted_at - timedelta(minutes=wave.minutes), *real())
    latest = Case.opened_at <= wave.counted_at
    if wave.kind is WaveKind.CATEGORY:
        found: Select[Any, Any] = select(Case.number, null()).where(Case.category == wave.subject)
    else:
        found = (
            select(Case.number, Fact.said)
            .join(Fact, Fact.case_id == Case.id)
            .where(Fact.kind == FACTS[wave.kind], fact_text == wave.subject, Fact.replaced_by_id.is_(None))
        )
    return found.where(*counted, latest).order_by(Case.opened_at.desc()).limit(CASES)
