"""The figures of a period (playbook C5): counts by kind, times, clocks kept, how feelings went."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median

from sqlalchemy import ColumnElement, Text, and_, cast, func, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.models import Case, Clock, Message, case_conversations
from ledger.vocabulary import Author, CaseType, ClockKind, Stage

STEPS = tuple(Stage)


@dataclass(frozen=True, slots=True)
class ClockFigures:
    """How a kind of clock fared; ``minutes`` are those it took to stop, in no order."""

    kept: int
    breached: int
    running: int
    minutes: tuple[float, ...]

    @property
    def median(self) -> float | None:
        """Minutes within which half were stopped; None when none was."""
        return median(self.minutes) if self.minutes else None

    @property
    def share_kept(self) -> float | None:
        """0 to 1, of those decided; None when none is."""
        decided = self.kept + self.breached
        return self.kept / decided if decided else None


@dataclass(frozen=True, slots=True)
class FeelingFigures:
    """How the customer felt in the first and the last message heard of each case."""

    fell: int
    same: int
    rose: int
    before: float
    after: float


@dataclass(frozen=True, slots=True)
class Figures:
    """Figures of the cases opened from ``since`` up to ``until``, days in the organisation's time zone."""

    since: datetime
    until: datetime
    cases: int
    contacts: int
    special: int
    reopened: int
    days: tuple[date, ...]
    per_day: Mapping[str, tuple[int, ...]]
    severities: Mapping[str, int]
    signals: tuple[tuple[str, int], ...]
    stages: tuple[tuple[Stage, int], ...]
    first_response: ClockFigures
    headquarters: ClockFigures
    ratings: tuple[int, int, int, int, int]
    feelings: FeelingFigures

    @property
    def mean_rating(self) -> float | None:
        """1 to 5; None without a rating."""
        rated = sum(self.ratings)
        return sum(star * n for star, n in enumerate(self.ratings, 1)) / rated if rated else None

    @property
    def categories(self) -> list[tuple[str, int]]:
        """Complaints by category, the most frequent first."""
        return Counter({name: sum(counts) for name, counts in self.per_day.items()}).most_common()


async def figures(session: AsyncSession, *, since: datetime, until: datetime, time_zone: str) -> Figures:
    """All figures of a period, in eight queries."""
    period = and_(Case.opened_at >= since, Case.opened_at < until)
    totals = (
        await session.execute(
            select(
                func.count().filter(Case.type == CaseType.COMPLAINT),
                func.count().filter(Case.type == CaseType.CONTACT),
                func.count(Case.special_since),
                func.count(Case.reopened_at),
            ).where(period)
        )
    ).one()
    days, per_day = await _per_day(session, period, since, until, time_zone)
    return Figures(
        since=since,
        until=until,
        cases=totals[0],
        contacts=totals[1],
        special=totals[2],
        reopened=totals[3],
        days=days,
        per_day=per_day,
        severities=await _counts(session, cast(Case.severity, Text), period),
        signals=await _signals(session, period),
        stages=await _funnel(session, period),
        first_response=await _clock_figures(session, ClockKind.FIRST_RESPONSE, period),
        headquarters=await _clock_figures(session, ClockKind.HEADQUARTERS, period),
        ratings=await _ratings(session, period),
        feelings=await _feelings(session, period),
    )


async def _per_day(
    session: AsyncSession,
    period: ColumnElement[bool],
    since: datetime,
    until: datetime,
    time_zone: str,
) -> tuple[tuple[date, ...], dict[str, tuple[int, ...]]]:
    local_day = func.date(func.timezone(time_zone, Case.opened_at))
    first, last = (
        await session.execute(
            select(
                func.date(func.timezone(time_zone, since)),
                func.date(func.timezone(time_zone, until - timedelta(microseconds=1))),
            )
        )
    ).one()
    days = tuple(first + timedelta(days=n) for n in range((last - first).days + 1))
    found = await session.execute(
        select(local_day, Case.category, func.count())
        .where(period, Case.type == CaseType.COMPLAINT)
        .group_by(local_day, Case.category)
    )
    counts = {(day, category or "other"): n for day, category, n in found}
    categories = sorted({str(category) for _, category in counts})
    return days, {name: tuple(counts.get((day, name), 0) for day in days) for name in categories}


async def _counts(
    session: AsyncSession, column: ColumnElement[str], period: ColumnElement[bool]
) -> dict[str, int]:
    found = await session.execute(select(column, func.count()).where(period).group_by(column))
    return {word: n for word, n in found}


async def _signals(session: AsyncSession, period: ColumnElement[bool]) -> tuple[tuple[str, int], ...]:
    signal = func.unnest(Case.signals).label("signal")
    heard = select(signal).where(period).subquery()
    found = await session.execute(
        select(heard.c.signal, func.count()).group_by(heard.c.signal).order_by(func.count().desc())
    )
    return tuple((word, n) for word, n in found)


async def _funnel(session: AsyncSession, period: ColumnElement[bool]) -> tuple[tuple[Stage, int], ...]:
    """How many complaints came at least as far as each stage; a withdrawn one counts as far as it came."""
    found = await session.execute(
        select(Case.stage, func.count()).where(period, Case.type == CaseType.COMPLAINT).group_by(Case.stage)
    )
    at = {stage: n for stage, n in found}
    return tuple((step, sum(at.get(later, 0) for later in STEPS[n:])) for n, step in enumerate(STEPS))


async def _clock_figures(session: AsyncSession, kind: ClockKind, period: ColumnElement[bool]) -> ClockFigures:
    found = (
        await session.execute(
            select(Clock.started_at, Clock.stopped_at, Clock.breached_at)
            .join(Case, Clock.case_id == Case.id)
            .where(period, Clock.kind == kind)
        )
    ).all()
    return ClockFigures(
        kept=sum(row.stopped_at is not None and row.breached_at is None for row in found),
        breached=sum(row.breached_at is not None for row in found),
        running=sum(row.stopped_at is None and row.breached_at is None for row in found),
        minutes=tuple(
            (row.stopped_at - row.started_at).total_seconds() / 60 for row in found if row.stopped_at
        ),
    )


async def _ratings(session: AsyncSession, period: ColumnElement[bool]) -> tuple[int, int, int, int, int]:
    found = await _counts(session, cast(Case.rating, Text), and_(period, Case.rating.is_not(None)))
    one, two, three, four, five = (found.get(str(star), 0) for star in range(1, 6))
    return one, two, three, four, five


async def _feelings(session: AsyncSession, period: ColumnElement[bool]) -> FeelingFigures:
    """Over cases in which more than one of the customer's messages was heard."""
    trails = (
        select(func.array_agg(aggregate_order_by(Message.emotion, Message.id)).label("trail"))
        .select_from(Case)
        .join(case_conversations, case_conversations.c.case_id == Case.id)
        .join(Message, Message.conversation_id == case_conversations.c.conversation_id)
        .where(period, Message.author == Author.CUSTOMER, Message.emotion.is_not(None))
        .group_by(Case.id)
        .having(func.count() > 1)
        .subquery()
    )
    first, last = trails.c.trail[1], trails.c.trail[func.array_length(trails.c.trail, 1)]
    fell, same, rose, before, after = (
        await session.execute(
            select(
                func.count().filter(last < first),
                func.count().filter(last == first),
                func.count().filter(last > first),
                func.coalesce(func.avg(first), 0),
                func.coalesce(func.avg(last), 0),
            )
        )
    ).one()
    return FeelingFigures(fell, same, rose, float(before), float(after))
