"""Topics of the opinion watch that are named more than chance explains (playbook B5, C8).

The statistic is that of complaints (``surges.py``), over the counts of whole hours of the clock, the present
one included: against full hours of earlier times, which errs towards silence. What customers write to the
desk and what is said elsewhere are judged each by itself, since they began at different times.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.models import Mention, Message, OpinionDay
from ledger.policy import Policy
from ledger.services.opinion_counting import DEMO, OWN, wording
from ledger.views.surges import Surge, earlier_times, gravest
from ledger.vocabulary import Feeling, WarningLevel, WaveKind

HOUR: Final = timedelta(hours=1)
DAY: Final = timedelta(days=1)
ENOUGH_PAST: Final = 3
"""With fewer earlier times a tool has only just begun to bring mentions: their number says nothing."""

FIRST: Final = select(
    select(Message.at).order_by(Message.id).limit(1).scalar_subquery(),
    select(Mention.published_at).order_by(Mention.published_at).limit(1).scalar_subquery(),
)
"""Since when there is anything to count, here and elsewhere."""

Named = Mapping[tuple[bool, str, datetime], int]
"""How often a topic was named in the hour that begins then: to the desk itself (True) or elsewhere."""


async def topic_surges(session: AsyncSession, *, policy: Policy, now: datetime) -> list[Surge]:
    """What is said of each topic, here or elsewhere, whichever is less likely to be chance."""
    own_first, first = (await session.execute(FIRST)).one()
    times = {True: earlier_times(own_first, policy, now), False: earlier_times(first, policy, now)}
    if len(times[False]) < ENOUGH_PAST:
        del times[False]
    named = await _named(session, [now, *times[True], *times.get(False, ())], policy)
    found = [
        _surge(named, topic.key, own, [now, *earlier], policy)
        for topic in policy.opinion.topics
        for own, earlier in times.items()
    ]
    return list({surge.subject: surge for surge in sorted(found, key=_weight)}.values())


def _surge(named: Named, topic: str, own: bool, ends: Sequence[datetime], policy: Policy) -> Surge:
    windows = policy.waves.windows
    tests = 2 * len(policy.opinion.topics) * len(windows)
    by_time = {
        place: [_within(named, topic, own, end, window) for window in windows]
        for place, end in enumerate(ends)
    }
    return gravest(WaveKind.TOPIC, topic, by_time, len(ends) - 1, tests, policy.waves)


async def _named(session: AsyncSession, ends: Iterable[datetime], policy: Policy) -> Named:
    """The counts of the days around ``ends``, as far as they are no good news."""
    zone = policy.organisation.time_zone
    days = {end.astimezone(zone).date() - DAY * back for end in ends for back in (0, 1)}
    counted = select(OpinionDay.day, OpinionDay.counts).where(
        OpinionDay.day.in_(days), OpinionDay.wording == wording(policy)
    )
    found: Counter[tuple[bool, str, datetime]] = Counter()
    for day, counts in await session.execute(counted):
        for name, count in counts.items():
            topic, hour, where, felt = name.split(".")
            if where != DEMO and _matters(topic, felt, policy):
                found[where == OWN, topic, datetime.combine(day, time(int(hour)), zone)] += count
    return found


def _matters(topic: str, felt: str, policy: Policy) -> bool:
    """Anger of any topic; of a risk everything but praise."""
    return felt == Feeling.NEGATIVE or (topic in policy.opinion.risks and felt != Feeling.POSITIVE)


def _within(named: Named, topic: str, own: bool, end: datetime, window: timedelta) -> int:
    begins = end - max(window, HOUR)
    return sum(
        n for (here, key, hour), n in named.items() if (here, key) == (own, topic) and begins < hour <= end
    )


def _weight(surge: Surge) -> tuple[int, int]:
    order = list(WarningLevel)
    return (order.index(surge.level) if surge.level else -1, surge.count)
