"""Marking a case, and a second person's decision on it (playbook B8): never accused, never ignored.

A mark changes nothing about how a customer is served; it says who must look, and what was found.
"""

from collections.abc import Collection
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.errors import AlreadyDecided, AlreadyMarked, Missing, NoSuchMark, NotAllowed, OwnMark
from ledger.live import notify
from ledger.models import Case, Mark, Staff
from ledger.services.case_lock import case_numbered
from ledger.services.entries import ASSISTANT, Actor, record
from ledger.vocabulary import Language, MarkKind, Role, Signal

REASONS: Final = Path(__file__).parents[1] / "texts" / "marks.yml"
HEARD: Final = {Signal.EXTORTION: MarkKind.EXTORTION}
"""Which signals a second person must look at, and as what."""


async def mark_heard(
    session: AsyncSession, *, case: Case, signals: Collection[Signal], message_id: int, now: datetime
) -> None:
    """Mark the case, held by the caller, for what was heard in a message.

    Once a kind: what a second person has said to it is not asked again by the assistant.
    """
    for kind in (HEARD[signal] for signal in HEARD if signal in signals):
        if await _of_kind(session, case, kind) is None:
            await _raise(
                session, case, Mark(kind=kind, reason=_words()[kind], message_id=message_id), None, now
            )


async def mark(
    session: AsyncSession, *, number: str, kind: MarkKind, reason: str, staff: Staff, now: datetime
) -> Mark:
    """Have a member of staff mark a case, with the reason in their words.

    Raises:
        NoSuchCase: there is none with this number.
        Missing: no reason.
        AlreadyMarked: such a mark waits for a decision.
    """
    if not reason.strip():
        raise Missing("reason")
    case = await case_numbered(session, number)
    standing = await _of_kind(session, case, kind)
    if standing is not None and standing.decided_at is None:
        raise AlreadyMarked(kind)
    told = {str(language): reason.strip() for language in Language}
    return await _raise(session, case, Mark(kind=kind, reason=told), staff, now)


async def decide(
    session: AsyncSession,
    *,
    number: str,
    mark_id: int,
    confirmed: bool,
    reason: str,
    staff: Staff,
    now: datetime,
) -> Mark:
    """Confirm or dismiss a mark as the second person, with a reason.

    Raises:
        NoSuchCase, NoSuchMark
        NotAllowed: not a supervisor.
        OwnMark: who raised it.
        Missing: no reason.
        AlreadyDecided
    """
    case = await case_numbered(session, number)
    found = await session.scalar(select(Mark).where(Mark.id == mark_id, Mark.case_id == case.id))
    if found is None:
        raise NoSuchMark(str(mark_id))
    _may_decide(found, staff, reason)
    found.decided_by_id, found.decided_at = staff.id, now
    found.confirmed, found.decision = confirmed, reason.strip()
    await record(
        session,
        case=case,
        actor=Actor.staff(staff),
        action="mark.confirmed" if confirmed else "mark.dismissed",
        now=now,
        reason=found.decision,
        after={"mark": found.kind},
    )
    await notify(session, "case", case=case.id, number=case.number)
    return found


def _may_decide(found: Mark, staff: Staff, reason: str) -> None:
    if staff.role is Role.AGENT:
        raise NotAllowed(staff.username)
    if found.raised_by_id == staff.id:
        raise OwnMark(staff.username)
    if found.decided_at is not None:
        raise AlreadyDecided(found.kind)
    if not reason.strip():
        raise Missing("reason")


async def _raise(session: AsyncSession, case: Case, new: Mark, staff: Staff | None, now: datetime) -> Mark:
    new.case_id, new.raised_by_id, new.raised_at = case.id, staff.id if staff else None, now
    session.add(new)
    await session.flush()
    await record(
        session,
        case=case,
        actor=Actor.staff(staff) if staff else ASSISTANT,
        action="mark.raised",
        now=now,
        reason=new.reason[case.language],
        after={"mark": new.kind, "message": new.message_id},
    )
    await notify(session, "case", case=case.id, number=case.number)
    return new


async def _of_kind(session: AsyncSession, case: Case, kind: MarkKind) -> Mark | None:
    latest = select(Mark).where(Mark.case_id == case.id, Mark.kind == kind).order_by(Mark.id.desc())
    return await session.scalar(latest.limit(1))


@cache
def _words() -> dict[str, dict[str, Any]]:
    words: dict[str, dict[str, Any]] = yaml.safe_load(REASONS.read_text(encoding="utf-8"))
    return words
