"""The day's end (日清日毕, playbook B2): what an office still has to clear today.

A case whose next word is promised for another day, and that somebody saw to today, is cleared.
"""

from datetime import datetime, time, timedelta

from sqlalchemy import exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.lists.cases import case_rows, open_cases
from ledger.lists.overdue import due_by
from ledger.lists.rule import Row, Rule
from ledger.models import Case, Entry, Message, Wait, case_conversations
from ledger.policy import Policy
from ledger.sentences import Sentence
from ledger.vocabulary import ActorKind, Author


async def find(session: AsyncSession, *, policy: Policy, now: datetime, department: str | None) -> list[Row]:
    """What is overdue, what is due before midnight, and the open cases nobody touched today."""
    today = datetime.combine(
        now.astimezone(policy.organisation.time_zone).date(), time(), policy.organisation.time_zone
    )
    why = await due_by(session, today + timedelta(days=1), now=now, department=department)
    for case_id, touched_at in await _untouched(session, today, department):
        values = {"since": touched_at.isoformat()}
        why[case_id].append(Sentence(code="untouched", values=values))
    return await case_rows(session, why)


async def _untouched(
    session: AsyncSession, today: datetime, department: str | None
) -> list[tuple[int, datetime]]:
    """Open cases nobody did anything about since ``today`` began, and since when nobody did.

    One that waits for its customer has nothing to be done.
    """
    done = select(func.max(Entry.at)).where(Entry.case_id == Case.id, Entry.actor_kind == ActorKind.STAFF)
    written = (
        select(func.max(Message.at))
        .join(case_conversations, case_conversations.c.conversation_id == Message.conversation_id)
        .where(case_conversations.c.case_id == Case.id, Message.author == Author.AGENT)
    )
    touched = func.greatest(done.scalar_subquery(), written.scalar_subquery())
    waits = exists().where(Wait.case_id == Case.id, Wait.until.is_(None))
    query = select(Case.id, func.coalesce(touched, Case.opened_at))
    query = query.where(Case.id.in_(open_cases(department)), ~waits)
    found = await session.execute(query.where(func.coalesce(touched < today, True)))
    return [(case_id, touched_at) for case_id, touched_at in found]


RULE = Rule("day_end", find)
