"""Nail households (钉子户, playbook B2): customers who keep coming back and get no end.

Being found changes nothing in how they are served: same people, same clocks. It asks for somebody to end it.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Row as Found
from sqlalchemy import func, select, union
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.lists.cases import case_rows, open_cases
from ledger.lists.rule import Row, Rule
from ledger.models import Case, Conversation, Entry, Message
from ledger.policy import Policy
from ledger.sentences import Sentence
from ledger.vocabulary import Author


async def find(session: AsyncSession, *, policy: Policy, now: datetime, department: str | None) -> list[Row]:
    """Open cases whose customer came on so many days, that were reopened so often, or are so old."""
    terms = policy.lists.nail_households
    why: defaultdict[int, list[Sentence]] = defaultdict(list)
    for case_id, days in await _came(session, policy, now, department):
        values = {"count": days, "days": terms.within.days}
        why[case_id].append(Sentence(code="came", values=values))
    for case_id, times in await _reopened(session, terms.reopenings, department):
        why[case_id].append(Sentence(code="reopened", values={"count": times}))
    for case_id, opened_at in await _old(session, now - terms.open_for, department):
        open_for = {"days": (now - opened_at).days, "since": opened_at.isoformat()}
        why[case_id].append(Sentence(code="open_for", values=open_for))
    return await case_rows(session, why)


async def _came(
    session: AsyncSession, policy: Policy, now: datetime, department: str | None
) -> Iterable[Found[int, int]]:
    """On how many different days each customer wrote, or was entered by staff; enough of them only."""
    terms, zone = policy.lists.nail_households, str(policy.organisation.time_zone)
    since = now - terms.within
    customers = select(Case.customer_id).where(Case.id.in_(open_cases(department)))
    wrote = (
        select(Conversation.customer_id, func.date(func.timezone(zone, Message.at)).label("day"))
        .join(Message, Message.conversation_id == Conversation.id)
        .where(Conversation.customer_id.in_(customers), Message.author == Author.CUSTOMER, Message.at > since)
    )
    called = select(Case.customer_id, func.date(func.timezone(zone, Case.opened_at)).label("day")).where(
        Case.customer_id.in_(customers), Case.entered_by_id.is_not(None), Case.opened_at > since
    )
    days = union(wrote, called).subquery()
    often = (
        select(days.c.customer_id, func.count().label("days"))
        .group_by(days.c.customer_id)
        .having(func.count() >= terms.contacts)
        .subquery()
    )
    of_cases = select(Case.id, often.c.days).join(often, often.c.customer_id == Case.customer_id)
    return (await session.execute(of_cases.where(Case.id.in_(open_cases(department))))).all()


async def _reopened(session: AsyncSession, times: int, department: str | None) -> Iterable[Found[int, int]]:
    query = (
        select(Case.id, func.count())
        .join(Entry, (Entry.case_id == Case.id) & (Entry.action == "case.reopened"))
        .where(Case.id.in_(open_cases(department)), Case.reopened_at.is_not(None))
    )
    return (await session.execute(query.group_by(Case.id).having(func.count() >= times))).all()


async def _old(
    session: AsyncSession, before: datetime, department: str | None
) -> Iterable[Found[int, datetime]]:
    query = select(Case.id, Case.opened_at).where(Case.id.in_(open_cases(department)))
    return (await session.execute(query.where(Case.opened_at <= before))).all()


RULE = Rule("nail_households", find)
