"""What the guard saw: words that staff sent in spite of it, and replies of the assistant it held back."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, cast, select
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.guard import HELD_BACK, OVERRIDDEN
from ledger.models import Case, Entry, Staff
from ledger.views.readable import graded_talks

PAGE = 100


@dataclass(frozen=True, slots=True)
class Broken:
    """One rule that was broken, and by which words."""

    rule: str
    excerpt: str


@dataclass(frozen=True, slots=True)
class Override:
    """One such message; ``who`` is None for the assistant, whose reply was not said (``held_back``).

    ``message`` is what the customer was told: the words themselves, or what was said instead. Where a graded
    case is talked about, the words that broke a rule are left out (playbook C6).
    """

    id: int
    at: datetime
    held_back: bool
    who: str | None
    complaint: str | None
    conversation: int
    message: int
    findings: tuple[Broken, ...]


async def overrides(session: AsyncSession, *, before: int | None = None, limit: int = PAGE) -> list[Override]:
    """The newest first; ``before`` is the id of the last one that was read already."""
    query = (
        select(Entry, Case.number, Staff.name, _in_confidence())
        .outerjoin(Case, Case.id == Entry.case_id)
        .outerjoin(Staff, Staff.username == Entry.actor)
        .where(Entry.action.in_((OVERRIDDEN, HELD_BACK)))
        .order_by(Entry.id.desc())
        .limit(limit)
    )
    if before is not None:
        query = query.where(Entry.id < before)
    return [_line(*row) for row in await session.execute(query)]


def _in_confidence() -> ColumnElement[bool]:
    """Whether a graded case is talked about in the conversation the entry is about."""
    return cast(Entry.after["conversation"].astext, BigInteger).in_(graded_talks())


def _line(entry: Entry, number: str | None, name: str | None, veiled: bool) -> Override:
    after: dict[str, Any] = entry.after or {}
    held_back = entry.action == HELD_BACK
    return Override(
        id=entry.id,
        at=entry.at,
        held_back=held_back,
        who=None if held_back else name,
        complaint=number,
        conversation=after["conversation"],
        message=after["message"],
        findings=tuple(Broken(one["rule"], "" if veiled else one["excerpt"]) for one in after["findings"]),
    )
