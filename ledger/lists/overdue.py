"""Overdue (超时): what should have been done by now, and was not (playbook C3, D8)."""

from collections import defaultdict
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.lists.cases import answered_for_by, case_rows
from ledger.lists.rule import Row, Rule
from ledger.models import Case, Clock
from ledger.policy import Policy
from ledger.sentences import Sentence
from ledger.views.real import real_cases
from ledger.vocabulary import ClockKind


async def find(session: AsyncSession, *, policy: Policy, now: datetime, department: str | None) -> list[Row]:
    """Cases with a clock that is past due and runs yet."""
    return await case_rows(session, await due_by(session, now, now=now, department=department))


async def due_by(
    session: AsyncSession, moment: datetime, *, now: datetime, department: str | None
) -> defaultdict[int, list[Sentence]]:
    """For each case what is due by ``moment`` and was not done; of several of a kind the earliest.

    A revisit outlives its case's end. Headquarters' clock is nobody's else to stop: special users have a list
    of their own.
    """
    running = (
        select(Clock.case_id, Clock.kind, Clock.due_at)
        .join(Case, Case.id == Clock.case_id)
        .where(Clock.stopped_at.is_(None), Clock.due_at <= moment, Clock.kind != ClockKind.HEADQUARTERS)
        .where(real_cases())
        .where(*answered_for_by(department))
        .order_by(Clock.due_at)
    )
    why: defaultdict[int, list[Sentence]] = defaultdict(list)
    named: set[tuple[int, str, str]] = set()
    for case_id, kind, due_at in await session.execute(running):
        assert due_at is not None  # noqa: S101 — it was asked for by its due time
        code = "overdue" if due_at <= now else "due_today"
        if (case_id, kind, code) not in named:
            named.add((case_id, kind, code))
            why[case_id].append(Sentence(code=code, values={"clock": kind, "due": due_at.isoformat()}))
    return why


RULE = Rule("overdue", find)
