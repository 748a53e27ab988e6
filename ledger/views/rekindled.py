"""Solved cases that have come up again (死灰复燃, playbook D5): reckoned whenever somebody reads it.

Stored is only who was told. That a post resembles a case is looked for once, when the post is judged; who was
told of it tells which posts to reckon with again.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased, joinedload

from ledger.models import Case, Customer, Fact, Mention, Notice
from ledger.policy import Policy
from ledger.rekindling import (
    FACTS,
    SHORTEST,
    Found,
    Matter,
    Told,
    anchors,
    enough,
    of_complaint,
    of_mention,
    points,
)
from ledger.script import fold
from ledger.sentences import Sentence
from ledger.vocabulary import CaseStatus, FactKind, Feeling, NoticeKind

AT_ONCE: Final = 500
"""So many pairs are looked at in one go, the latest."""
MENTION: Final = "mention:"
COMPLAINT: Final = "complaint:"
"""How the rounds of the notices begin (``ledger/services/rekindling.py``)."""

Before, After = aliased(Case), aliased(Case)


@dataclass(frozen=True, slots=True)
class Again:
    """A solved case (``before``) and what shows that it has come up again.

    Either another complaint of the same person (``complaint``) or something said in public (``mention``);
    ``found`` are the signs, none where the mention was linked to the case.
    """

    before: Case
    at: datetime
    found: tuple[Found, ...]
    complaint: Case | None = None
    mention: Mention | None = None

    @property
    def signs(self) -> tuple[str, ...]:
        """The codes of the signs."""
        return tuple(one.sign.value for one in self.found)

    @property
    def sentences(self) -> tuple[Sentence, ...]:
        """Why, in order; of a graded case only that it is so (playbook C6)."""
        return (self._first, *(() if self.secret else (one.sentence for one in self.found)))

    @property
    def _first(self) -> Sentence:
        told = {"at": self.at.isoformat()}
        if self.complaint is not None:
            return Sentence(code="came_again", values=told | {"case": self.complaint.number})
        return Sentence(code="resembles" if self.found else "named_elsewhere", values=told)

    @property
    def secret(self) -> bool:
        """Whether not everybody may read what it is about."""
        return any(one is not None and one.secret_grade is not None for one in (self.before, self.complaint))


async def again(
    session: AsyncSession, *conditions: ColumnElement[bool], policy: Policy, now: datetime
) -> list[Again]:
    """What has come up again and is not at its end: with open complaints, and with recent mentions.

    ``conditions`` are about ``Before``, the solved case.
    """
    complaints = await by_complaints(session, *conditions, After.status == CaseStatus.OPEN, policy=policy)
    return [*complaints, *await by_mentions(session, *conditions, policy=policy, now=now)]


async def by_complaints(
    session: AsyncSession, *conditions: ColumnElement[bool], policy: Policy
) -> list[Again]:
    """Solved cases and the later complaints of the same person that are about the same, by the signs.

    ``conditions`` are about ``Before`` and ``After``.
    """
    latest = _pairs(policy).where(*conditions).order_by(After.id.desc(), Before.id.desc()).limit(AT_ONCE)
    pairs = [(before, after) for before, after in await session.execute(latest)]
    known = await matters(session, [one for pair in pairs for one in pair])
    found = [
        Again(before, after.opened_at, of_complaint(known[before.id], known[after.id], policy), after)
        for before, after in pairs
    ]
    return [one for one in found if enough(one.found, policy)]


async def by_mentions(
    session: AsyncSession, *conditions: ColumnElement[bool], policy: Policy, now: datetime
) -> list[Again]:
    """Solved cases of which something was said in public lately: linked to them, or like them."""
    since = now - policy.aftercare.rekindling.mentions_for
    return [
        *await _named(session, conditions, since, policy),
        *await _alike(session, conditions, since, policy),
    ]


async def resembled(session: AsyncSession, mention: Mention, *, policy: Policy) -> list[Again]:
    """The solved cases that something said in public is most like; none where it is like too many."""
    cases = (await session.scalars(select(Before).where(Before.id.in_(_naming(mention, policy))))).all()
    known = await matters(session, cases)
    found = [_like(case, known[case.id], mention, policy) for case in cases]
    most = max((points(one.found) for one in found if enough(one.found, policy)), default=0)
    best = [one for one in found if most and points(one.found) == most]
    return best if len(best) <= policy.aftercare.rekindling.alike_at_most else []


def _naming(mention: Mention, policy: Policy) -> Select[int]:
    """The watched cases of which something stands in the mention's words, the likeliest first."""
    written = fold(mention.said)
    named = or_(func.strpos(mention.said, Fact.said) > 0, func.strpos(written, func.lower(Fact.said)) > 0)
    by_number = func.bool_or(Fact.kind == FactKind.ORDER_NUMBER)
    return (
        select(Before.id)
        .join(Fact, Fact.case_id == Before.id)
        .where(Fact.kind.in_(anchors(mention.said, policy)), Fact.replaced_by_id.is_(None))
        .where(func.length(Fact.said) >= SHORTEST, named)
        .where(*_watched(policy, mention.published_at), Before.drill_id.is_(None))
        .group_by(Before.id)
        .order_by(by_number.desc(), func.count(Fact.kind.distinct()).desc(), Before.id.desc())
        .limit(AT_ONCE)
    )


def is_watched(case: Case, at: datetime, policy: Policy) -> bool:
    """Whether the case was solved before ``at``, and not so long before that nobody watches any more."""
    if case.status is not CaseStatus.RESOLVED or case.resolved_at is None:
        return False
    return case.resolved_at < at < case.resolved_at + policy.aftercare.rekindling.within


async def matters(session: AsyncSession, cases: Iterable[Case]) -> Mapping[int, Matter]:
    """What each of the cases is known by, in one query."""
    by_id = {case.id: case for case in cases}
    told: defaultdict[int, list[Told]] = defaultdict(list)
    current = select(Fact).where(Fact.case_id.in_(by_id), Fact.kind.in_(FACTS), Fact.replaced_by_id.is_(None))
    for fact in (await session.scalars(current.order_by(Fact.id))).all() if by_id else ():
        told[fact.case_id].append(Told(fact.kind, fact.said, str(fact.value)))
    return {id: _matter(case, told[id]) for id, case in by_id.items()}


def _matter(case: Case, told: Sequence[Told]) -> Matter:
    return Matter(
        categories=frozenset(one for one in (case.category, *case.further_categories) if one),
        told=tuple(told),
        text=case.narrative,
        signals=frozenset(case.signals),
    )


def _pairs(policy: Policy) -> Select[Case, Case]:
    """A solved case and a later one of the same person, in time to be the same matter."""
    mine, same = aliased(Customer), aliased(Customer)
    return (
        select(Before, After)
        .select_from(After)
        .join(mine, mine.id == After.customer_id)
        .join(same, or_(same.id == mine.id, same.person_id == mine.person_id))
        .join(Before, Before.customer_id == same.id)
        .where(*_watched(policy, After.opened_at), Before.id != After.id)
        .where(Before.drill_id.is_not_distinct_from(After.drill_id))
        .options(joinedload(Before.owner))
    )


def _watched(policy: Policy, at: Any) -> tuple[ColumnElement[bool], ...]:
    """The same as a condition."""
    within = policy.aftercare.rekindling.within
    return (
        Before.status == CaseStatus.RESOLVED,
        Before.resolved_at < at,
        Before.resolved_at > at - within,
    )


async def _named(
    session: AsyncSession, conditions: Collection[ColumnElement[bool]], since: datetime, policy: Policy
) -> list[Again]:
    linked = (
        select(Before, Mention)
        .join(Mention, Mention.case_id == Before.id)
        .where(*_watched(policy, Mention.published_at), *_unpleasant(since), *conditions)
    )
    rows = await session.execute(linked.order_by(Mention.id.desc()).limit(AT_ONCE))
    return [Again(before, mention.published_at, (), mention=mention) for before, mention in rows]


async def _alike(
    session: AsyncSession, conditions: Collection[ColumnElement[bool]], since: datetime, policy: Policy
) -> list[Again]:
    """Those somebody was told of, reckoned again; what was linked to a case meanwhile is that case's."""
    told = exists().where(
        Notice.case_id == Before.id,
        Notice.kind == NoticeKind.REKINDLED,
        Notice.round == func.concat(MENTION, Mention.id),
    )
    lately = select(Notice.case_id).where(Notice.kind == NoticeKind.REKINDLED, Notice.at > since)
    like = (
        select(Before, Mention)
        .where(Before.id.in_(lately), Mention.case_id.is_(None), told)
        .where(*_watched(policy, Mention.published_at), *_unpleasant(since), *conditions)
    )
    rows = [(before, mention) for before, mention in await session.execute(like.limit(AT_ONCE))]
    known = await matters(session, [before for before, _ in rows])
    found = [_like(before, known[before.id], mention, policy) for before, mention in rows]
    return [one for one in found if enough(one.found, policy)]


def _unpleasant(since: datetime) -> tuple[ColumnElement[bool], ...]:
    return (Mention.published_at > since, Mention.feeling.is_distinct_from(Feeling.POSITIVE))


def _like(case: Case, known: Matter, mention: Mention, policy: Policy) -> Again:
    return Again(case, mention.published_at, of_mention(known, mention.said, policy), mention=mention)
