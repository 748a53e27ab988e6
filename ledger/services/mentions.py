"""The opinion watch at work (playbook C8, 舆情监测): what is said elsewhere comes in and finds its case."""

import hashlib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.errors import AlreadyLinked, NoSuchCase, NoSuchMention
from ledger.feelings import feeling
from ledger.heard import Heard
from ledger.live import notify
from ledger.mentions import NewMention
from ledger.models import Case, Mention, OpinionDay, Staff
from ledger.policy import Policy
from ledger.services import rekindling, trend
from ledger.services.case_lock import case_numbered, lock
from ledger.services.entries import ASSISTANT, SYSTEM, Actor, record
from ledger.services.staff_entry import MENTIONED, enter_by_staff
from ledger.vocabulary import Category, Language, MentionKind, Signal

AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class TakenIn:
    """How many mentions came, and how many of them were not there already."""

    received: int
    new: int


async def take_in(
    session: AsyncSession, *, source: str, mentions: Sequence[NewMention], policy: Policy, now: datetime
) -> TakenIn:
    """Keep what ``source`` brings; what it has brought before changes nothing."""
    rows = [_row(source, mention, policy, now) for mention in mentions]
    days: set[date] = set()
    new = 0
    for begin in range(0, len(rows), AT_ONCE):
        keep = insert(Mention).values(rows[begin : begin + AT_ONCE]).on_conflict_do_nothing()
        published = (await session.scalars(keep.returning(Mention.published_at))).all()
        new += len(published)
        days |= {_day(moment, policy) for moment in published}
    await _changed(session, days)
    return TakenIn(len(mentions), new)


async def import_file(
    session: AsyncSession,
    *,
    source: str,
    mentions: Sequence[NewMention],
    staff: Staff | None,
    policy: Policy,
    now: datetime,
) -> TakenIn:
    """Take in what a member of staff, or whoever is at the command line, brings in a file."""
    taken = await take_in(session, source=source, mentions=mentions, policy=policy, now=now)
    if taken.new:
        actor = Actor.staff_or_command(staff)
        after = {"source": source, "new": taken.new, "known": taken.received - taken.new}
        await record(session, case=None, actor=actor, action="mention.imported", now=now, after=after)
    return taken


async def unheard(session: AsyncSession, limit: int) -> list[Mention]:
    """What nobody has judged yet, the oldest first."""
    waiting = select(Mention).where(Mention.heard_at.is_(None)).order_by(Mention.id).limit(limit)
    return list(await session.scalars(waiting))


async def judge(
    session: AsyncSession, *, mention_id: int, heard: Heard | None, policy: Policy, now: datetime
) -> None:
    """Keep what the assistant heard; None: it could make nothing of it. A feeling that was given stays.

    A mention that names a case (its number) belongs to it from now on.
    """
    mention = await _held(session, mention_id)
    if mention.heard_at is not None:
        return
    mention.heard_at = now
    if heard is None:
        return
    mention.emotion, mention.signals = heard.emotion, [str(signal) for signal in heard.signals]
    mention.feeling = mention.feeling or feeling(emotion=heard.emotion, kind=heard.kind, intent=heard.intent)
    await _changed(session, {_day(mention.published_at, policy)})
    await _find_case(session, mention, heard.values("case_number"), policy, now)
    if mention.case_id is None:
        await rekindling.spoken_of(session, mention=mention, policy=policy, now=now)


async def link(
    session: AsyncSession, *, mention_id: int, number: str, staff: Staff, policy: Policy, now: datetime
) -> Mention:
    """The mention is about this case.

    Raises:
        NoSuchMention, NoSuchCase
        AlreadyLinked
    """
    mention = await _free(session, mention_id)
    case = await case_numbered(session, number)
    await _join(session, mention, case, Actor.staff(staff), policy, now)
    return mention


async def open_case(
    session: AsyncSession,
    *,
    mention_id: int,
    category: Category,
    language: Language,
    staff: Staff,
    policy: Policy,
    now: datetime,
) -> Case:
    """A case of what was said elsewhere; its first response is still owed, by whoever opens it.

    Raises:
        NoSuchMention
        AlreadyLinked
    """
    mention = await _free(session, mention_id)
    case = await enter_by_staff(
        session,
        staff=staff,
        channel=MENTIONED,
        narrative=mention.said,
        category=category,
        language=language,
        signals=[Signal(word) for word in mention.signals],
        policy=policy,
        now=now,
    )
    await _join(session, mention, case, Actor.staff(staff), policy, now)
    return case


async def mentioned(
    session: AsyncSession,
    *,
    case: Case,
    kind: MentionKind,
    actor: Actor,
    policy: Policy,
    now: datetime,
    **more: Any,
) -> None:
    """The case, which is held, has come so far into the open: its trend moves by it (playbook B6)."""
    after = {"kind": kind, **more}
    await record(session, case=case, actor=actor, action="case.mentioned", now=now, after=after)
    await trend.came_out(session, case=case, kind=kind, policy=policy, now=now)
    await notify(session, "case", case=case.id, number=case.number)


async def forget_old(session: AsyncSession, *, policy: Policy, now: datetime) -> int:
    """Delete what is kept no longer (``opinion.keep``) and belongs to no case; how many."""
    old = select(Mention.id).where(Mention.case_id.is_(None), Mention.received_at < now - policy.opinion.keep)
    gone = delete(Mention).where(Mention.id.in_(old.limit(AT_ONCE))).returning(Mention.id)
    count = len((await session.scalars(gone)).all())
    if count:
        after = {"mentions": count}
        await record(session, case=None, actor=SYSTEM, action="mention.forgotten", now=now, after=after)
    return count


def _row(source: str, mention: NewMention, policy: Policy, now: datetime) -> dict[str, Any]:
    row = mention.model_dump()
    row["text"] = row["text"][: policy.opinion.text_length]
    # Nobody speaks in the future: a wrong clock elsewhere must not make a day of its own.
    row["published_at"] = min(mention.published_at, now)
    return row | {"source": source, "received_at": now, "signals": []}


def _day(moment: datetime, policy: Policy) -> date:
    return moment.astimezone(policy.organisation.time_zone).date()


async def _changed(session: AsyncSession, days: Collection[date]) -> None:
    """Have these days counted again. In order, so that two who bring something do not meet crosswise."""
    for day in sorted(days):
        row = {"day": day, "wording": "", "counts": {}, "stale": True}
        stale = (
            insert(OpinionDay).values(row).on_conflict_do_update(index_elements=["day"], set_={"stale": True})
        )
        await session.execute(stale)
    if days:
        await notify(session, "opinion")


async def _held(session: AsyncSession, mention_id: int) -> Mention:
    held = select(Mention).where(Mention.id == mention_id).with_for_update()
    mention = await session.scalar(held.execution_options(populate_existing=True))
    if mention is None:
        raise NoSuchMention(str(mention_id))
    return mention


async def _free(session: AsyncSession, mention_id: int) -> Mention:
    mention = await _held(session, mention_id)
    if mention.case_id is not None:
        raise AlreadyLinked((await lock(session, mention.case_id)).number)
    return mention


async def _find_case(
    session: AsyncSession, mention: Mention, numbers: Iterable[str], policy: Policy, now: datetime
) -> None:
    for number in numbers:
        try:
            case = await case_numbered(session, number)
        except NoSuchCase:
            continue
        await _join(session, mention, case, ASSISTANT, policy, now)
        return


async def _join(
    session: AsyncSession, mention: Mention, case: Case, actor: Actor, policy: Policy, now: datetime
) -> None:
    """The words themselves stay out of the book, which is for ever; their hash proves them."""
    mention.case_id = case.id
    proof = hashlib.sha256(mention.said.encode()).hexdigest()
    more = {"mention": mention.id, "source": mention.source, "sha256": proof}
    await mentioned(session, case=case, kind=mention.kind, actor=actor, policy=policy, now=now, **more)
    await rekindling.spoken_of(session, mention=mention, policy=policy, now=now)
    await notify(session, "opinion")
