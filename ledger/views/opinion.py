"""What is said about us (playbook C5, C8): the mentions worst first, and how often each topic is named."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from sqlalchemy import Select, case, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from ledger.models import Case, Mention, OpinionDay
from ledger.policy import Policy
from ledger.services.opinion_counting import EVERYTHING, OWN, wording
from ledger.special import is_special
from ledger.vocabulary import Feeling, MentionKind, Signal

AT_ONCE: Final = 20
READ_AT_MOST: Final = 2_000
HURT: Final = frozenset({Signal.INJURY_SAFETY})
SPREAD: Final = tuple(MentionKind)
GRAVEST: Final = 100
GRAVITY: Final = (
    case({kind: place for place, kind in enumerate(SPREAD)}, value=Mention.kind).desc(),
    Mention.reach.desc().nulls_last(),
    Mention.emotion.desc().nulls_last(),
    Mention.published_at.desc(),
)
"""How far in the open, how many see it, how it feels, how new it is."""


@dataclass(frozen=True, slots=True)
class MentionLine:
    """A mention on a list; ``topics`` are keys of the policy, ``complaint`` the number of its case.

    ``risk``: a topic that is one, or a grave signal heard in it.
    """

    id: int
    source: str
    kind: MentionKind
    author: str | None
    url: str | None
    title: str | None
    text: str
    published_at: datetime
    reach: int | None
    feeling: Feeling | None
    emotion: int | None
    signals: tuple[str, ...]
    topics: tuple[str, ...]
    risk: bool
    complaint: str | None
    demo: bool


@dataclass(frozen=True, slots=True)
class TopicTrend:
    """How often a topic was named on each day, and how often of that in bad feeling.

    ``own`` are those to the desk itself; ``bad_elsewhere`` those elsewhere, in bad feeling.
    """

    key: str
    per_day: tuple[int, ...]
    negative: tuple[int, ...]
    own: int
    bad_elsewhere: int

    @property
    def volume(self) -> int:
        return sum(self.per_day)

    @property
    def elsewhere(self) -> int:
        return self.volume - self.own

    @property
    def share_negative(self) -> float | None:
        """0 to 1; None where it was not named."""
        return sum(self.negative) / self.volume if self.volume else None


@dataclass(frozen=True, slots=True)
class Trend:
    """The topics over some days, the most named first; ``everything`` is whatever was said at all."""

    days: tuple[date, ...]
    topics: tuple[TopicTrend, ...]
    everything: TopicTrend


@dataclass(frozen=True, slots=True)
class Press:
    """What was said elsewhere in a period: bad news, then what may become some; each the gravest first.

    ``count`` is of all that was said, ``kinds`` of all bad news; of that no more than ``GRAVEST`` is here.
    """

    negative: tuple[MentionLine, ...]
    risks: tuple[MentionLine, ...]
    count: int
    kinds: Mapping[MentionKind, int]

    @property
    def bad(self) -> int:
        """How much bad news there was."""
        return sum(self.kinds.values())


async def newest(
    session: AsyncSession,
    *,
    policy: Policy,
    before: int | None = None,
    topic: str | None = None,
    feeling: Feeling | None = None,
    limit: int = AT_ONCE,
) -> list[MentionLine]:
    """Mentions as they came in, the latest first; ``before`` is the id of the last one read already.

    With a ``topic`` a page looks at ``READ_AT_MOST`` mentions, and may be shorter than it could be.
    """
    query = _lines().order_by(Mention.id.desc()).limit(READ_AT_MOST if topic else limit)
    if before is not None:
        query = query.where(Mention.id < before)
    if feeling is not None:
        query = query.where(Mention.feeling == feeling)
    lines = await _read(session, query, policy)
    return [line for line in lines if topic is None or topic in line.topics][:limit]


async def of_case(session: AsyncSession, number: str, *, policy: Policy) -> list[MentionLine]:
    """What is said elsewhere about the case with this number, the latest first."""
    about = _lines().where(Mention.case.has(Case.number == number))
    return await _read(session, about.order_by(Mention.published_at.desc()).limit(AT_ONCE), policy)


async def farthest(session: AsyncSession, case_id: int) -> MentionKind | None:
    """How far a case has come into the open (playbook B6); None: it has not."""
    kinds = (await session.scalars(select(Mention.kind).where(Mention.case_id == case_id).distinct())).all()
    return max(kinds, key=SPREAD.index, default=None)


async def press(session: AsyncSession, *, since: datetime, until: datetime, policy: Policy) -> Press:
    """The mentions published from ``since`` to ``until``: negative ones, then other risks, gravest first.

    For risks the ``READ_AT_MOST`` gravest that are not negative are looked through.
    """
    within = (Mention.published_at >= since, Mention.published_at < until)
    bad, other = Mention.feeling == Feeling.NEGATIVE, Mention.feeling.is_distinct_from(Feeling.NEGATIVE)
    gravest = _lines().where(*within).order_by(*GRAVITY)
    others = await _read(session, gravest.where(other).limit(READ_AT_MOST), policy)
    counted = select(Mention.kind, func.count()).where(*within, bad).group_by(Mention.kind)
    return Press(
        negative=tuple(await _read(session, gravest.where(bad).limit(GRAVEST), policy)),
        risks=tuple(line for line in others if line.risk),
        count=await session.scalar(select(func.count()).select_from(Mention).where(*within)) or 0,
        kinds={kind: count for kind, count in await session.execute(counted)},
    )


async def trend(session: AsyncSession, *, first: date, last: date, policy: Policy) -> Trend:
    """How often each topic was named from ``first`` to ``last``, at most a minute old."""
    days = tuple(first + timedelta(days=n) for n in range((last - first).days + 1))
    rows = await _counted(session, first, last, policy)
    topics = [_topic(topic.key, days, rows) for topic in policy.opinion.topics]
    return Trend(
        days=days,
        topics=tuple(sorted(topics, key=lambda topic: -topic.volume)),
        everything=_topic(EVERYTHING, days, rows),
    )


async def sums(
    session: AsyncSession, *, since: datetime, until: datetime, policy: Policy
) -> Counter[tuple[str, str, str]]:
    """How often each (topic, where, feeling) was counted in the full hours that begin in a period."""
    found: Counter[tuple[str, str, str]] = Counter()
    for begins, (topic, where, felt), count in await _by_hour(session, since, until, policy):
        if since <= begins < until:
            found[topic, where, felt] += count
    return found


async def hours(
    session: AsyncSession, *, topic: str, since: datetime, until: datetime, policy: Policy
) -> dict[datetime, int]:
    """How often a topic was named in each hour between, by its beginning; hours of none are left out."""
    found: Counter[datetime] = Counter()
    for begins, (key, _, _), count in await _by_hour(session, since, until, policy):
        if key == topic and since <= begins < until:
            found[begins] += count
    return dict(found)


def _lines() -> Select[Mention]:
    return select(Mention).options(joinedload(Mention.case))


async def _read(session: AsyncSession, query: Select[Mention], policy: Policy) -> list[MentionLine]:
    return [_line(mention, policy) for mention in await session.scalars(query)]


def _line(mention: Mention, policy: Policy) -> MentionLine:
    topics = policy.opinion.wordings.of(mention.said)
    grave = is_special(mention.signals) or not HURT.isdisjoint(mention.signals)
    return MentionLine(
        id=mention.id,
        source=mention.source,
        kind=mention.kind,
        author=mention.author,
        url=mention.url,
        title=mention.title,
        text=mention.text,
        published_at=mention.published_at,
        reach=mention.reach,
        feeling=mention.feeling,
        emotion=mention.emotion,
        signals=tuple(mention.signals),
        topics=topics,
        risk=grave or not policy.opinion.risks.isdisjoint(topics),
        complaint=mention.case.number if mention.case else None,
        demo=mention.demo,
    )


async def _by_hour(
    session: AsyncSession, since: datetime, until: datetime, policy: Policy
) -> list[tuple[datetime, tuple[str, str, str], int]]:
    """Every count of the days of a period, with the beginning of its hour."""
    zone = policy.organisation.time_zone
    first, last = (moment.astimezone(zone).date() for moment in (since, until))
    rows = []
    for day, counts in (await _counted(session, first, last, policy)).items():
        for name, count in counts.items():
            topic, hour, where, felt = name.split(".")
            rows.append((datetime.combine(day, time(int(hour)), zone), (topic, where, felt), count))
    return rows


async def _counted(
    session: AsyncSession, first: date, last: date, policy: Policy
) -> dict[date, Mapping[str, int]]:
    rows = select(OpinionDay.day, OpinionDay.counts).where(
        OpinionDay.day.between(first, last), OpinionDay.wording == wording(policy)
    )
    return {day: counts for day, counts in await session.execute(rows)}


def _topic(key: str, days: Sequence[date], rows: Mapping[date, Mapping[str, int]]) -> TopicTrend:
    per_day, negative = dict.fromkeys(days, 0), dict.fromkeys(days, 0)
    own = bad_elsewhere = 0
    for day in days:
        for name, count in rows.get(day, {}).items():
            topic, _, where, felt = name.split(".")
            if topic != key:
                continue
            bad = count if felt == Feeling.NEGATIVE else 0
            per_day[day] += count
            negative[day] += bad
            own += count if where == OWN else 0
            bad_elsewhere += bad if where != OWN else 0
    return TopicTrend(key, tuple(per_day.values()), tuple(negative.values()), own, bad_elsewhere)
