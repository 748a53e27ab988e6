"""Delays nobody has explained (拖延未说明, playbook D8): nobody may be late without a word."""

from collections import defaultdict
from datetime import datetime

from sqlalchemy import Integer, exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.lists.cases import answered_for_by, case_rows
from ledger.lists.rule import Row, Rule
from ledger.models import Case, Clock, Entry
from ledger.policy import Policy
from ledger.sentences import Sentence
from ledger.services.delays import EXPLAINED
from ledger.views.real import real_cases


async def find(session: AsyncSession, *, policy: Policy, now: datetime, department: str | None) -> list[Row]:
    """Cases with a clock that fell due lately, was breached, and about which nobody has said why."""
    said = exists().where(
        Entry.case_id == Clock.case_id,
        Entry.action == EXPLAINED,
        Entry.after["clock"].as_string().cast(Integer) == Clock.id,
    )
    late = (
        select(Clock.case_id, Clock.kind, Clock.breached_at)
        .join(Case, Case.id == Clock.case_id)
        .where(Clock.breached_at > now - policy.lists.unexplained.within, real_cases(), ~said)
        .where(*answered_for_by(department))
        .order_by(Clock.breached_at)
    )
    why: defaultdict[int, list[Sentence]] = defaultdict(list)
    for case_id, kind, breached_at in await session.execute(late):
        values = {"clock": kind, "due": breached_at.isoformat() if breached_at else None}
        why[case_id].append(Sentence(code="unexplained", values=values))
    return await case_rows(session, why)


RULE = Rule("unexplained", find)
