"""Counting days: what the cases opened on each day amount to, kept for the figures (docs/growth.md).

A day is counted again when something happened to one of its cases, which is when the ledger has a new entry.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.dialects.postgresql import aggregate_order_by, insert
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.locks import Lock, try_for
from ledger.models import Case, Clock, Department, Entry, FigureDay, Message, case_conversations
from ledger.views.real import real_cases
from ledger.vocabulary import Author, CaseType, ClockKind

CLOCKS: Final = (ClockKind.FIRST_RESPONSE, ClockKind.HEADQUARTERS)
AT_ONCE: Final = 31
# Entries get their ids before they are committed: what is this old was, or never will be.
COMMITTED_WITHIN: Final = timedelta(minutes=1)
# Minutes are rounded up to these, so that a day has few different numbers however many cases it had.
SCALE: Final = (
    *(1, 2, 3, 5, 7, 10, 12, 15, 20, 25, 30, 35, 40, 50, 60, 75, 90, 120, 150, 180, 240, 300, 360, 480),
    *(720, 1440, 2880, 4320, 7200, 10080, 14400, 20160, 43200),
)


async def count_days(session: AsyncSession, *, time_zone: str, now: datetime) -> int:
    """Count the days that something happened to, and some of those never counted; how many are left."""
    if not await try_for(session, Lock.COUNTING):
        return 0
    seen = await session.scalar(select(func.max(FigureDay.entry_id)).where(FigureDay.time_zone == time_zone))
    uncounted = await _uncounted(session, time_zone, now)
    touched = await _touched(session, time_zone, seen) if seen is not None else set()
    until = await _last_entry(session, now - COMMITTED_WITHIN)
    for day in touched.union(uncounted[:AT_ONCE]):
        counts = await _count(session, day, time_zone)
        row = {"time_zone": time_zone, "counts": counts, "entry_id": until, "counted_at": now}
        written = insert(FigureDay).values(day=day, **row)
        await session.execute(written.on_conflict_do_update(index_elements=["day"], set_=row))
    return len(uncounted[AT_ONCE:])


def _day_of(moment: Any, time_zone: str) -> Any:
    return func.date(func.timezone(time_zone, moment))


async def _touched(session: AsyncSession, time_zone: str, seen: int) -> set[date]:
    days = select(_day_of(Case.opened_at, time_zone)).distinct()
    return set(await session.scalars(days.join(Entry, Entry.case_id == Case.id).where(Entry.id > seen)))


async def _uncounted(session: AsyncSession, time_zone: str, now: datetime) -> Sequence[date]:
    """Days of the desk's life that were not counted in this time zone, the latest first."""
    first: datetime | None = await session.scalar(select(func.min(Case.opened_at)))
    if first is None:
        return []
    zone = ZoneInfo(time_zone)
    began, today = first.astimezone(zone).date(), now.astimezone(zone).date()
    counted = set(await session.scalars(select(FigureDay.day).where(FigureDay.time_zone == time_zone)))
    days = (today - timedelta(days=back) for back in range((today - began).days + 1))
    return [day for day in days if day not in counted]


async def _last_entry(session: AsyncSession, before: datetime) -> int:
    last = select(Entry.id).where(Entry.at < before).order_by(Entry.id.desc()).limit(1)
    return await session.scalar(last) or 0


async def _count(session: AsyncSession, day: date, time_zone: str) -> Counter[str]:
    """All that is counted about the cases opened on that day, by name."""
    begins = datetime.combine(day, time(), ZoneInfo(time_zone))
    ends = datetime.combine(day + timedelta(days=1), time(), ZoneInfo(time_zone))
    period = and_(real_cases(), Case.opened_at >= begins, Case.opened_at < ends)
    counts = await _count_cases(session, period)
    for kind in CLOCKS:
        counts += await _count_clocks(session, kind, period)
    return counts + await _count_feelings(session, period)


async def _count_cases(session: AsyncSession, period: ColumnElement[bool]) -> Counter[str]:
    columns = (
        *(Case.type, Case.category, Case.severity, Case.stage, Case.rating, Case.signals),
        *(Case.channel, Case.crisis_type, Department.key.label("department")),
        *(Case.special_since.is_not(None).label("special"), Case.reopened_at.is_not(None).label("reopened")),
    )
    of_cases = select(*columns).outerjoin(Department, Department.id == Case.department_id)
    counts: Counter[str] = Counter()
    for case in await session.execute(of_cases.where(period)):
        counts[case.type] += 1
        counts[f"severity:{case.severity}"] += 1
        counts.update(f"signal:{signal}" for signal in case.signals)
        if case.type is CaseType.COMPLAINT:
            counts[f"category:{case.category or 'other'}"] += 1
            counts[f"stage:{case.stage}"] += 1
            counts[f"channel:{case.channel}"] += 1
            counts[f"department:{case.department or ''}"] += 1
        if case.crisis_type:
            counts[f"crisis_type:{case.crisis_type}"] += 1
        rated = {f"rating:{case.rating}": case.rating is not None}
        counts.update({"special": case.special, "reopened": case.reopened, **rated})
    return counts


async def _count_clocks(session: AsyncSession, kind: ClockKind, period: ColumnElement[bool]) -> Counter[str]:
    counts: Counter[str] = Counter()
    found = await session.execute(
        select(Clock.started_at, Clock.stopped_at, Clock.breached_at)
        .join(Case, Clock.case_id == Case.id)
        .where(period, Clock.kind == kind)
    )
    for started_at, stopped_at, breached_at in found:
        fared = "breached" if breached_at else "kept" if stopped_at else "running"
        counts[f"{kind}:{fared}"] += 1
        if stopped_at:
            counts[f"{kind}.minutes:{_on_scale((stopped_at - started_at).total_seconds() / 60)}"] += 1
    return counts


def _on_scale(minutes: float) -> int:
    return SCALE[min(bisect_left(SCALE, minutes), len(SCALE) - 1)]


async def _count_feelings(session: AsyncSession, period: ColumnElement[bool]) -> Counter[str]:
    """Over cases in which more than one of the customer's messages was heard."""
    trails = (
        select(func.array_agg(aggregate_order_by(Message.emotion, Message.id)))
        .select_from(Case)
        .join(case_conversations, case_conversations.c.case_id == Case.id)
        .join(Message, Message.conversation_id == case_conversations.c.conversation_id)
        .where(period, Message.author == Author.CUSTOMER, Message.emotion.is_not(None))
        .group_by(Case.id)
        .having(func.count() > 1)
    )
    counts: Counter[str] = Counter()
    for trail in await session.scalars(trails):
        before, after = int(trail[0] or 0), int(trail[-1] or 0)
        went = "fell" if after < before else "rose" if after > before else "same"
        counts.update({f"feelings:{went}": 1, "feelings:before": before, "feelings:after": after})
    return counts
