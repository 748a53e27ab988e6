"""Come up again (死灰复燃): solved, and complained or spoken of again (playbook D5)."""

from collections import defaultdict
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from ledger.lists.cases import case_rows
from ledger.lists.rule import Row, Rule
from ledger.models import Department
from ledger.policy import Policy
from ledger.sentences import Sentence
from ledger.views.rekindled import Before, again


async def find(session: AsyncSession, *, policy: Policy, now: datetime, department: str | None) -> list[Row]:
    """Solved cases with an open complaint or a recent mention like them, each sign with its reason."""
    answers = (Before.department.has(Department.key == department),) if department else ()
    why: defaultdict[int, list[Sentence]] = defaultdict(list)
    for one in await again(session, Before.drill_id.is_(None), *answers, policy=policy, now=now):
        why[one.before.id].extend(one.sentences)
    return await case_rows(session, why)


RULE = Rule("rekindled", find)
