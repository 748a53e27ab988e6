"""The opinion reports (舆情日报、周报, playbook C5, C8): bad news and possible risks first, then topics."""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from ledger.reports.content import Content, Figure, Quote, Section, figures
from ledger.reports.kind import Asked, Kind
from ledger.sentences import Sentence
from ledger.services.opinion_counting import EVERYTHING, OWN
from ledger.views.opinion import SPREAD, MentionLine, Press, press, sums
from ledger.views.waves import topic_warnings
from ledger.vocabulary import Feeling, MentionKind, ReportKind

DAILY_QUOTES: Final = 30
WEEKLY_QUOTES: Final = 10
HEADLINE: Final = 140


async def gather(session: AsyncSession, asked: Asked, *, quotes: int) -> list[Section]:
    """What was said in the period, here and elsewhere."""
    found = await press(session, since=asked.since, until=asked.until, policy=asked.policy)
    counts = await sums(session, since=asked.since, until=asked.until, policy=asked.policy)
    own = sum(n for (topic, where, _), n in counts.items() if (topic, where) == (EVERYTHING, OWN))
    flow = [
        ("report_figure.mentions", found.count),
        ("report_figure.negative_mentions", found.bad),
        ("report_figure.risks", len(found.risks)),
        ("report_figure.own_messages", own),
    ]
    keys = [topic.key for topic in asked.policy.opinion.topics]
    volume = {key: sum(n for (topic, *_), n in counts.items() if topic == key) for key in keys}
    negative = {key: _negative(counts, key) for key in keys}
    return [
        Section(key="opinion", figures=figures(flow)),
        await _rising(session, asked),
        _quoted("bad_news", found.negative, quotes, found.bad),
        _quoted("risks", found.risks, quotes, len(found.risks)),
        Section(key="negative_kinds", figures=_kinds(found)),
        Section(key="topics", figures=_by_topic(volume)),
        Section(key="negative_topics", figures=_by_topic(negative)),
    ]


async def _rising(session: AsyncSession, asked: Asked) -> Section:
    """Topics with a warning in the period, and how often they were named by then."""
    found = await topic_warnings(session, since=asked.since)
    most: dict[str, int] = {}
    for line in found:
        most[f"topic.{line.subject}"] = max(line.count, most.get(f"topic.{line.subject}", 0))
    return Section(key="rising", figures=figures(list(most.items())))


def _negative(counts: dict[tuple[str, str, str], int], key: str) -> int:
    return sum(n for (topic, _, felt), n in counts.items() if (topic, felt) == (key, Feeling.NEGATIVE))


def _by_topic(counts: dict[str, int]) -> tuple[Figure, ...]:
    most = sorted(counts.items(), key=lambda one: -one[1])
    return figures([(f"topic.{key}", count) for key, count in most if count])


def _kinds(found: Press) -> tuple[Figure, ...]:
    kinds = [kind for kind in reversed(SPREAD) if kind in found.kinds]
    return figures([(f"mention_kind.{kind}", found.kinds[kind]) for kind in kinds])


def _quoted(key: str, lines: Sequence[MentionLine], most: int, count: int) -> Section:
    quotes = tuple(_quote(line) for line in lines[:most])
    return Section(key=key, quotes=quotes, more=count - len(quotes))


def _quote(line: MentionLine) -> Quote:
    said = " ".join((line.title or line.text).split())
    return Quote(
        mention=line.id,
        kind=line.kind,
        feeling=line.feeling,
        said=said if len(said) <= HEADLINE else f"{said[: HEADLINE - 1]}…",
        url=line.url,
        reach=line.reach,
        published_at=line.published_at,
        complaint=line.complaint,
    )


def conclude(content: Content) -> list[Sentence]:
    """What rises beyond chance and bad news first, then risks, then what is named more or less."""
    return [*_rising_topics(content), *_bad_news(content), *_risks(content), *_topics(content)]


def _rising_topics(content: Content) -> Iterator[Sentence]:
    for figure in content.section("rising").figures:
        if figure.value:
            yield Sentence(code="rising", values={"topic": _topic(figure), "count": figure.value})


def _bad_news(content: Content) -> Iterator[Sentence]:
    for kind in (MentionKind.PRESS, MentionKind.BIG_ACCOUNT):
        found = content.figure("negative_kinds", f"mention_kind.{kind}")
        if found and found.value:
            yield Sentence(code=f"negative_{kind}", values={"count": found.value})
    negative = content.figure("opinion", "report_figure.negative_mentions")
    if negative is None or not negative.value:
        yield Sentence(code="no_bad_news")
    elif negative.before is None or negative.value == negative.before:
        yield Sentence(code="bad_news", values={"count": negative.value})
    else:
        code = "more_bad_news" if negative.value > negative.before else "less_bad_news"
        yield Sentence(code=code, values={"count": negative.value, "before": negative.before})


def _risks(content: Content) -> Iterator[Sentence]:
    risks = content.figure("opinion", "report_figure.risks")
    if risks and risks.value:
        yield Sentence(code="risks", values={"count": risks.value})


def _topics(content: Content) -> Iterator[Sentence]:
    """What was named most, and what grew most since the report before."""
    topics = content.section("topics").figures
    if not topics or not topics[0].value:
        return
    yield Sentence(code="top_topic", values={"topic": _topic(topics[0]), "count": topics[0].value})
    grown = max(topics, key=lambda one: one.value - (one.before or 0))
    if grown.before is not None and grown.value > grown.before:
        values = {"topic": _topic(grown), "count": grown.value, "before": grown.before}
        yield Sentence(code="topic_grew", values=values)


def _topic(figure: Figure) -> str:
    return figure.about.partition(".")[2]


DAILY: Final = Kind(ReportKind.OPINION, partial(gather, quotes=DAILY_QUOTES), conclude)
WEEKLY: Final = Kind(ReportKind.OPINION_WEEK, partial(gather, quotes=WEEKLY_QUOTES), conclude)
