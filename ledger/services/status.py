"""What a customer may be told about a case, and who is told (architecture, domain rules)."""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.models import Case, Clock, Conversation, Entry, Staff
from ledger.services.case_lock import tidy_number
from ledger.services.hearing import department_name
from ledger.services.linking import knows
from ledger.vocabulary import ClockKind

WORDS_OWED: Final = (ClockKind.FIRST_RESPONSE, ClockKind.PROGRESS_UPDATE, ClockKind.PROMISED_CALL)


@dataclass(frozen=True, slots=True)
class CaseStatusView:
    """How a case stands, in what its customer may hear; times are ISO 8601 in UTC.

    ``department`` is in the case's language; ``due_at`` is the next time we owe them a word, None when we
    owe none; ``answered``: a named person has written or called; ``last_progress`` the text of the last
    update, None before the first.
    """

    number: str
    status: str
    type: str
    category: str | None
    stage: str
    owner: str | None
    department: str | None
    opened_at: str
    due_at: str | None
    answered: bool
    last_progress: str | None
    last_progress_at: str | None
    outcome: str | None


async def status(
    session: AsyncSession, *, conversation_id: int, number: str | None = None, pass_code: str | None = None
) -> CaseStatusView | None:
    """The case's status, or None when there is none this asker may see.

    Without a number: the newest case of whoever writes in this conversation. With one: told to the customer
    who filed it, and to anybody who knows its pass-code; a number alone opens nothing.
    """
    conversation = await session.get(Conversation, conversation_id)
    customer_id = conversation.customer_id if conversation else None
    if number is None:
        case = await _newest_of(session, customer_id)
    else:
        case = await _opened_by(session, number, pass_code, customer_id)
    return await _view(session, case) if case else None


async def _newest_of(session: AsyncSession, customer_id: int | None) -> Case | None:
    theirs = select(Case).where(Case.customer_id == customer_id).order_by(Case.id.desc())
    found: Case | None = await session.scalar(theirs.limit(1))
    return found


async def _opened_by(
    session: AsyncSession, number: str, pass_code: str | None, customer_id: int | None
) -> Case | None:
    case = await session.scalar(select(Case).where(Case.number == tidy_number(number)))
    if case is None:
        return None
    return case if knows(case, pass_code) or case.customer_id == customer_id else None


async def _view(session: AsyncSession, case: Case) -> CaseStatusView:
    owner = await session.get(Staff, case.owner_id) if case.owner_id else None
    text, told_at = await _last_progress(session, case)
    return CaseStatusView(
        number=case.number,
        status=case.status,
        type=case.type,
        category=case.category,
        stage=case.stage,
        owner=owner.name if owner else None,
        department=await department_name(session, case),
        opened_at=case.opened_at.isoformat(),
        due_at=await _next_word(session, case),
        answered=await _answered(session, case),
        last_progress=text,
        last_progress_at=told_at,
        outcome=case.outcome,
    )


async def _last_progress(session: AsyncSession, case: Case) -> tuple[str | None, str | None]:
    told = select(Entry).where(Entry.case_id == case.id, Entry.action == "case.progress")
    entry = await session.scalar(told.order_by(Entry.position.desc()).limit(1))
    return (str((entry.after or {})["text"]), entry.at.isoformat()) if entry else (None, None)


async def _next_word(session: AsyncSession, case: Case) -> str | None:
    owed = select(Clock.due_at).where(Clock.case_id == case.id, Clock.stopped_at.is_(None))
    due_at = await session.scalar(owed.where(Clock.kind.in_(WORDS_OWED)).order_by(Clock.due_at).limit(1))
    return due_at.isoformat() if due_at else None


async def _answered(session: AsyncSession, case: Case) -> bool:
    by_somebody = select(Clock.id).where(Clock.case_id == case.id, Clock.stopped_by_id.is_not(None))
    first = by_somebody.where(Clock.kind == ClockKind.FIRST_RESPONSE)
    return await session.scalar(first.limit(1)) is not None
