"""What complaints have in common now, how many there are, and how many are usual (playbook B5)."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import (
    DateTime,
    Integer,
    Select,
    Text,
    column,
    distinct,
    func,
    literal,
    literal_column,
    select,
    tuple_,
    union_all,
    values,
)
from sqlalchemy.ext.asyncio import AsyncSession

from ledger import surge
from ledger.models import Case, Fact
from ledger.policy import Policy, Waves
from ledger.vocabulary import CaseType, FactKind, WarningLevel, WaveKind

FACTS: Final = {WaveKind.PLACE: FactKind.PLACE, WaveKind.PRODUCT: FactKind.PRODUCT}
fact_text = Fact.value.op("#>>", return_type=Text())(literal_column("'{}'"))
"""A fact's value as text."""
WEEK: Final = timedelta(weeks=1)
DAY: Final = timedelta(days=1)
ENOUGH_WEEKS: Final = 4
"""With fewer weeks behind it a desk is compared with days."""
GUARDED_DAYS: Final = range(3, 10)
"""The third to the ninth day before: the last two may belong to the wave itself (EARS C2)."""


@dataclass(frozen=True, slots=True)
class Surge:
    """``count`` complaints about ``subject`` in the ``window`` up to now, where ``expected`` are usual."""

    kind: WaveKind
    subject: str
    level: WarningLevel | None
    count: int
    expected: float
    window: timedelta


async def surges(session: AsyncSession, *, policy: Policy, now: datetime) -> list[Surge]:
    """What was complained of often enough to be looked at, each in the window that tells most of it."""
    times = earlier_times(await _first(session), policy, now)
    rows = (await session.execute(_counts([now, *times], policy.waves))).all()
    counts: dict[tuple[WaveKind, str], dict[int, Sequence[int]]] = defaultdict(dict)
    for kind, subject, time, *counted, _ in rows:
        counts[WaveKind(kind), subject][time] = counted
    tests = rows[0][-1] * len(policy.waves.windows) if rows else 0
    return [
        gravest(*subject, by_time, len(times), tests, policy.waves) for subject, by_time in counts.items()
    ]


def real() -> tuple[Any, ...]:
    """Complaints that were neither made up for a demo nor played in a drill."""
    return (Case.type == CaseType.COMPLAINT, Case.demo.is_(False), Case.drill_id.is_(None))


async def _first(session: AsyncSession) -> datetime | None:
    """When the desk's life began."""
    first: datetime | None = await session.scalar(
        select(Case.opened_at).where(*real()).order_by(Case.opened_at).limit(1)
    )
    return first


def earlier_times(first: datetime | None, policy: Policy, now: datetime) -> list[datetime]:
    """The ends of the times to compare with: of the same hours on the clock, within the desk's life."""
    widest, local = max(policy.waves.windows), now.astimezone(policy.organisation.time_zone)
    weeks = [local - WEEK * back for back in range(1, policy.waves.weeks + 1)]
    days = [local - DAY * back for back in GUARDED_DAYS]
    lived = [[end for end in ends if first and end - widest >= first] for ends in (weeks, days)]
    return lived[0] if len(lived[0]) >= min(ENOUGH_WEEKS, policy.waves.weeks) else lived[1]


def _counts(ends: Sequence[datetime], waves: Waves) -> Select[Any]:
    """Kind, subject, time, the count in each window, and of how many subjects there were any complaints.

    Only of what there are enough of in the first of the times.
    """
    widest = max(waves.windows)
    times = values(column("time", Integer), column("ends", DateTime(timezone=True)), name="times").data(
        list(enumerate(ends))
    )
    within = (
        select(Case.id, Case.category, Case.opened_at, times.c.time, times.c.ends)
        .join(times, (Case.opened_at > times.c.ends - widest) & (Case.opened_at <= times.c.ends))
        .where(*real())
        .cte("within")
    )
    about = union_all(*_subjects(within)).cte("about")
    counted = (
        select(
            about.c.kind,
            about.c.subject,
            about.c.time,
            *(
                func.count().filter(about.c.opened_at > about.c.ends - window).label(f"window_{place}")
                for place, window in enumerate(waves.windows)
            ),
        )
        .group_by(about.c.kind, about.c.subject, about.c.time)
        .cte("counted")
    )
    subject = tuple_(counted.c.kind, counted.c.subject)
    widest_count = counted.c[f"window_{waves.windows.index(widest)}"]
    many = select(counted.c.kind, counted.c.subject).where(counted.c.time == 0, widest_count >= waves.least)
    subjects = select(func.count(distinct(subject))).scalar_subquery()
    return select(*counted.c, subjects).where(subject.in_(many))


def _subjects(within: Any) -> list[Select[Any]]:
    time = (within.c.time, within.c.opened_at, within.c.ends)
    categories = select(
        literal(str(WaveKind.CATEGORY)).label("kind"), within.c.category.cast(Text).label("subject"), *time
    ).where(within.c.category.is_not(None))
    told = [
        select(literal(str(kind)), fact_text, *time)
        .join(Fact, Fact.case_id == within.c.id)
        .where(Fact.kind == fact, Fact.replaced_by_id.is_(None))
        for kind, fact in FACTS.items()
    ]
    return [categories, *told]


def gravest(
    kind: WaveKind, subject: str, by_time: Mapping[int, Sequence[int]], times: int, tests: int, waves: Waves
) -> Surge:
    """What the window says in which it is least likely to be chance."""
    found = []
    for place, window in enumerate(waves.windows):
        now, *earlier = (by_time[time][place] if time in by_time else 0 for time in range(times + 1))
        usual = surge.forecast(earlier)
        rare = surge.once_in(usual.chance(now), window=window, tests=tests)
        level = surge.level(now, rare, waves.levels)
        found.append((rare, now, Surge(kind, subject, level, now, usual.mean, window)))
    order = list(WarningLevel)
    return max(found, key=lambda one: (order.index(one[2].level) if one[2].level else -1, one[0], one[1]))[2]
