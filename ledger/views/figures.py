"""The figures of a period (playbook C5): counts by kind, times, clocks kept, how feelings went.

They are sums of what each day was counted to be (``ledger/services/counting.py``), at most some seconds old.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from statistics import median
from zoneinfo import ZoneInfo

from sqlalchemy import Integer, cast, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.models import FigureDay
from ledger.vocabulary import CaseType, ClockKind, Stage

STEPS = tuple(Stage)
EARLIER = 6


@dataclass(frozen=True, slots=True)
class ClockFigures:
    """How a kind of clock fared; ``minutes``: in how many how many of them were stopped.

    Minutes are rounded up to the steps of a scale (``ledger/services/counting.py``).
    """

    kept: int
    breached: int
    running: int
    minutes: Mapping[int, int]

    @property
    def median(self) -> float | None:
        """Minutes within which half were stopped; None when none was."""
        return median(Counter(self.minutes).elements()) if self.minutes else None

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
    """Figures of the cases opened from ``since`` up to ``until``, days in the organisation's time zone.

    ``departments`` (by key, ``""`` for none) and ``channels`` count complaints, ``crises`` the cases that are
    one (playbook B3), the most first. ``earlier``
    are the complaints of each category in the periods before, each as long as this one, the nearest first;
    as many of ``EARLIER`` as the desk has lived through.
    """

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
    departments: tuple[tuple[str, int], ...] = ()
    channels: tuple[tuple[str, int], ...] = ()
    crises: tuple[tuple[str, int], ...] = ()
    earlier: Mapping[str, tuple[int, ...]] = field(default_factory=dict)

    @property
    def before(self) -> int | None:
        """Complaints in the period before, as long as this one; None when the desk is younger."""
        return sum(counts[0] for counts in self.earlier.values()) if self.earlier else None

    @property
    def lived(self) -> int:
        """How many earlier periods ``earlier`` is about."""
        return max(map(len, self.earlier.values()), default=0)

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
    """The figures of the days from ``since`` to ``until``, put together from what each was counted to be."""
    zone = ZoneInfo(time_zone)
    first = since.astimezone(zone).date()
    last = (until - timedelta(microseconds=1)).astimezone(zone).date()
    days = tuple(first + timedelta(days=n) for n in range((last - first).days + 1))
    rows = await session.execute(
        select(FigureDay.day, FigureDay.counts).where(
            FigureDay.day.between(first, last), FigureDay.time_zone == time_zone
        )
    )
    by_day = {day: counts for day, counts in rows}
    total: Counter[str] = Counter()
    for counts in by_day.values():
        total.update(counts)
    return Figures(
        since=since,
        until=until,
        cases=total[CaseType.COMPLAINT],
        contacts=total[CaseType.CONTACT],
        special=total["special"],
        reopened=total["reopened"],
        days=days,
        per_day={
            name: tuple(by_day.get(day, {}).get(f"category:{name}", 0) for day in days)
            for name in sorted(_named(total, "category"))
        },
        severities=_named(total, "severity"),
        signals=tuple(Counter(_named(total, "signal")).most_common()),
        stages=_funnel(_named(total, "stage")),
        first_response=_clock(total, ClockKind.FIRST_RESPONSE),
        headquarters=_clock(total, ClockKind.HEADQUARTERS),
        ratings=_ratings(total),
        feelings=_feelings(total),
        departments=tuple(Counter(_named(total, "department")).most_common()),
        channels=tuple(Counter(_named(total, "channel")).most_common()),
        crises=tuple(Counter(_named(total, "crisis_type")).most_common()),
        earlier=await _earlier(session, first, len(days), time_zone),
    )


async def _earlier(
    session: AsyncSession, first: date, days: int, time_zone: str
) -> dict[str, tuple[int, ...]]:
    """Complaints by category in the periods of ``days`` days before ``first``, the nearest first."""
    begun = await session.scalar(select(func.min(FigureDay.day)).where(FigureDay.time_zone == time_zone))
    lived = min(EARLIER, (first - begun).days // days) if begun else 0
    if lived <= 0:
        return {}
    counted = func.jsonb_each_text(FigureDay.counts).table_valued("key", "value")
    rows = await session.execute(
        select(FigureDay.day, counted.c.key, cast(counted.c.value, Integer)).where(
            FigureDay.time_zone == time_zone,
            FigureDay.day.between(first - timedelta(days=days * lived), first - timedelta(days=1)),
            counted.c.key.startswith("category:"),
        )
    )
    found: dict[str, list[int]] = {}
    for day, name, number in rows:
        periods = found.setdefault(name.removeprefix("category:"), [0] * lived)
        periods[((first - day).days - 1) // days] += number
    return {name: tuple(numbers) for name, numbers in found.items()}


async def counted_days(
    session: AsyncSession, *, first: date, last: date, time_zone: str
) -> list[tuple[date, str, str, int]]:
    """Everything counted of the days from ``first`` to ``last``: day, what is counted, which of it, how many.

    ``category:fee_dispute`` is counted as ``category``, ``fee_dispute``; ``special`` as ``special`` and
    nothing.
    """
    rows = await session.execute(
        select(FigureDay.day, FigureDay.counts)
        .where(FigureDay.day.between(first, last), FigureDay.time_zone == time_zone)
        .order_by(FigureDay.day)
    )
    return [
        (day, *name.partition(":")[::2], number)
        for day, counts in rows
        for name, number in sorted(counts.items())
        if number
    ]


def _named(total: Mapping[str, int], kind: str) -> dict[str, int]:
    """The counts ``kind:name``, by name."""
    begin = f"{kind}:"
    return {name.removeprefix(begin): n for name, n in total.items() if name.startswith(begin)}


def _funnel(at: Mapping[str, int]) -> tuple[tuple[Stage, int], ...]:
    """How many complaints came at least as far as each stage; a withdrawn one counts as far as it came."""
    return tuple((step, sum(at.get(later, 0) for later in STEPS[n:])) for n, step in enumerate(STEPS))


def _clock(total: Counter[str], kind: ClockKind) -> ClockFigures:
    minutes = {int(minute): n for minute, n in _named(total, f"{kind}.minutes").items()}
    return ClockFigures(
        kept=total[f"{kind}:kept"],
        breached=total[f"{kind}:breached"],
        running=total[f"{kind}:running"],
        minutes=minutes,
    )


def _ratings(total: Counter[str]) -> tuple[int, int, int, int, int]:
    one, two, three, four, five = (total[f"rating:{stars}"] for stars in range(1, 6))
    return one, two, three, four, five


def _feelings(total: Counter[str]) -> FeelingFigures:
    fell, same, rose = (total[f"feelings:{went}"] for went in ("fell", "same", "rose"))
    cases = max(1, fell + same + rose)
    return FeelingFigures(fell, same, rose, total["feelings:before"] / cases, total["feelings:after"] / cases)
