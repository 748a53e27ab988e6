"""Counting how often each topic is named, with what feeling, by the day and its hours (playbook C5, C8).

Over what customers write to the desk and over mentions alike. A day is counted again when a mention of it
came or was judged; the last two are, every minute (docs/decisions/0024).
"""

from collections import Counter
from collections.abc import AsyncIterator
from datetime import date, datetime, time, timedelta
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Row, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.feelings import feeling
from ledger.models import Mention, Message, OpinionDay
from ledger.policy import Policy
from ledger.views.real import real_conversations
from ledger.vocabulary import Author, Feeling

OWN: Final = "own"
"""Where it was said: here; elsewhere it is the kind of mention."""
DEMO: Final = "demo"
"""Nowhere: a mention that was made up."""
UNKNOWN: Final = "unknown"
"""The feeling of what nobody has judged yet."""
EVERYTHING: Final = "-"
"""Counted as a topic: whatever was said, named or not."""
GROWING: Final = 2
COUNTED_EVERY: Final = timedelta(minutes=1)


class Said(NamedTuple):
    """One message or mention, as far as it is counted."""

    at: datetime
    text: str
    where: str
    feeling: Feeling | None


async def days_to_count(session: AsyncSession, *, policy: Policy, now: datetime) -> list[date]:
    """The days whose counts are not those of what is known by now, the latest first."""
    today = _day(now, policy)
    began = await _first_day(session, policy, now)
    if began is None:
        return []
    kept = select(OpinionDay.day, OpinionDay.wording, OpinionDay.stale, OpinionDay.counted_at)
    counted = {row.day: row for row in await session.execute(kept.where(OpinionDay.day >= began))}
    days = (today - timedelta(days=back) for back in range((today - began).days + 1))
    return [day for day in days if not _is_counted(counted.get(day), day, today, policy, now)]


async def count_day(session: AsyncSession, day: date, *, policy: Policy, now: datetime) -> None:
    """Count one day. Whoever brings something of that day meanwhile waits, and has it counted again."""
    row = {"day": day, "wording": wording(policy), "counts": {}, "stale": False, "counted_at": now}
    taken = (
        insert(OpinionDay)
        .values(row)
        .on_conflict_do_update(
            index_elements=["day"], set_={name: row[name] for name in ("wording", "stale", "counted_at")}
        )
    )
    await session.execute(taken)
    counts: Counter[str] = Counter()
    topics_of = policy.opinion.wordings.of
    async for said in _said_on(session, day, policy):
        hour = said.at.astimezone(policy.organisation.time_zone).hour
        for topic in (EVERYTHING, *topics_of(said.text)):
            counts[f"{topic}.{hour:02}.{said.where}.{said.feeling or UNKNOWN}"] += 1
    (await session.get_one(OpinionDay, day, populate_existing=True)).counts = dict(counts)


def wording(policy: Policy) -> str:
    """Names what is counted, and by which days."""
    return f"{policy.opinion.fingerprint} {policy.organisation.time_zone.key}"


def _is_counted(
    row: Row[date, str, bool, datetime | None] | None, day: date, today: date, policy: Policy, now: datetime
) -> bool:
    if row is None or row.stale or row.wording != wording(policy) or row.counted_at is None:
        return False
    return (today - day).days >= GROWING or row.counted_at > now - COUNTED_EVERY


def _day(moment: datetime, policy: Policy) -> date:
    return moment.astimezone(policy.organisation.time_zone).date()


async def _first_day(session: AsyncSession, policy: Policy, now: datetime) -> date | None:
    """The first day that can still be counted."""
    first_message = await session.scalar(select(Message.at).order_by(Message.id).limit(1))
    first_mention = await session.scalar(select(Mention.published_at).order_by(Mention.published_at).limit(1))
    known = [moment for moment in (first_message, first_mention) if moment is not None]
    return _day(max(min(known), now - policy.opinion.keep), policy) if known else None


async def _said_on(session: AsyncSession, day: date, policy: Policy) -> AsyncIterator[Said]:
    zone: ZoneInfo = policy.organisation.time_zone
    begins, ends = (datetime.combine(day + timedelta(days=n), time(), zone) for n in (0, 1))
    messages = (
        select(Message.at, Message.text, Message.emotion, Message.kind, Message.intent)
        .join(Message.conversation)
        .where(Message.at >= begins, Message.at < ends)
        .where(Message.author == Author.CUSTOMER, real_conversations())
    )
    async for at, text, emotion, kind, intent in await session.stream(messages):
        yield Said(at, text, OWN, feeling(emotion=emotion, kind=kind, intent=intent))
    mentions = select(Mention).where(Mention.published_at >= begins, Mention.published_at < ends)
    async for mention in await session.stream_scalars(mentions):
        where = DEMO if mention.demo else mention.kind
        yield Said(mention.published_at, mention.said, where, mention.feeling)
