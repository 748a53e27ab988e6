"""Visits due (待拜访): contacts nobody has called on within their interval, or nobody keeps (playbook D6)."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from ledger.lists.rule import Row, Rule, Subject, in_order
from ledger.policy import Policy
from ledger.sentences import Sentence
from ledger.views.outside_contacts import ContactLine, all_contacts


async def find(session: AsyncSession, *, policy: Policy, now: datetime, department: str | None) -> list[Row]:
    """The contacts whose visit is due, and those nobody keeps.

    Whose they are is who keeps them, and that person's department.
    """
    found = await all_contacts(session, policy=policy)
    theirs = [line for line in found if department in (None, line.department)]
    return in_order([_row(line, reasons, now) for line in theirs if (reasons := _reasons(line, now))])


def _row(line: ContactLine, reasons: tuple[Sentence, ...], now: datetime) -> Row:
    return Row(
        subject=Subject.CONTACT,
        number=line.number,
        about=f"contact_kind.{line.kind}",
        reasons=reasons,
        since=line.visited_at or line.since,
        owner_id=line.keeper_id,
        owner=line.keeper,
        department=line.department,
        due_at=line.due_at if line.due_at <= now else None,
        special=False,
        demo=False,
    )


def _reasons(line: ContactLine, now: datetime) -> tuple[Sentence, ...]:
    whom = " ".join(filter(None, (line.organisation, line.office)))
    reasons = []
    if line.due_at <= now:
        code = "visit_due" if line.visited_at else "never_visited"
        told = {"whom": whom, "at": (line.visited_at or line.since).isoformat()}
        reasons.append(Sentence(code=code, values=told))
    if line.keeper is None:
        reasons.append(Sentence(code="no_keeper", values={"whom": whom}))
    return tuple(reasons)


RULE = Rule("visits_due", find)
