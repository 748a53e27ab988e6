"""The guard at work (playbook A6, D1): what staff are about to say, and what the assistant nearly said.

Nothing that broke a rule goes unseen: an override by staff and a reply that was held back are entries of the
ledger, and on the supervisors' page.
"""

import re
from collections.abc import Sequence
from datetime import datetime, tzinfo
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.backing import Backing
from ledger.guard import HELD_BACK, OVERRIDDEN, Finding, check, impersonal
from ledger.models import Case, Clock, Message, Staff, Task
from ledger.policy import Policy
from ledger.services import case_lock, conversations, entries, statements
from ledger.services.entries import Actor
from ledger.vocabulary import Author, ClockKind

# Clocks that end in a word to the customer. Writing stops the first response, which backs nothing of staff's.
BY_STAFF: Final = (ClockKind.PROGRESS_UPDATE, ClockKind.PROMISED_CALL)
BY_ASSISTANT: Final = (*BY_STAFF, ClockKind.FIRST_RESPONSE)
LONG_NUMBER: Final = re.compile(r"\d(?=\d{2})")
RECENT: Final = 50


async def read(
    session: AsyncSession,
    *,
    text: str,
    conversation_id: int | None,
    staff: Staff | None,
    policy: Policy,
    now: datetime,
) -> list[Finding]:
    """What in ``text`` nobody may say; ``staff`` is who writes it, None for the assistant.

    The conversation's running clocks back promises of contact; the assistant may say back what the customer
    has said. Of staff it is also read whether they depart from a statement in force (playbook D1).
    """
    found = await _against_rules(session, text, conversation_id, staff, policy.organisation.time_zone, now)
    if staff is None:
        return found
    departed = await statements.departures(
        session,
        text=text,
        conversation_id=conversation_id,
        reader=staff.language,
        policy=policy,
        now=now,
    )
    return sorted([*found, *departed], key=lambda one: one.start)


async def _against_rules(
    session: AsyncSession,
    text: str,
    conversation_id: int | None,
    staff: Staff | None,
    zone: tzinfo,
    now: datetime,
) -> list[Finding]:
    found = check(text)
    if not found or conversation_id is None:
        return found
    backings = await _backings(session, conversation_id, staff, zone, now)
    found = check(text, backings=backings)
    return found if staff else await _without_echoes(session, conversation_id, found)


async def override(
    session: AsyncSession, *, message: Message, staff: Staff, found: Sequence[Finding], now: datetime
) -> None:
    """Record that ``staff`` said it all the same; nothing when nothing was found."""
    if found:
        await _record(session, message, Actor.staff(staff), OVERRIDDEN, found, now)


async def hold_back(
    session: AsyncSession, *, instead: Message, script: str | None, found: Sequence[Finding], now: datetime
) -> None:
    """Record that the assistant's reply from ``script`` was not said, and ``instead`` was."""
    await _record(session, instead, entries.ASSISTANT, HELD_BACK, found, now, script=script)


async def _record(
    session: AsyncSession,
    message: Message,
    actor: Actor,
    action: str,
    found: Sequence[Finding],
    now: datetime,
    **more: Any,
) -> None:
    case = await conversations.current_case(session, message.conversation_id)
    await entries.record(
        session,
        case=await case_lock.lock(session, case.id) if case else None,
        actor=actor,
        action=action,
        now=now,
        after={
            "conversation": message.conversation_id,
            "message": message.id,
            "findings": [{"rule": one.rule, "excerpt": _veiled(one.excerpt)} for one in found],
            **more,
        },
    )


def _veiled(excerpt: str) -> str:
    """Entries are for ever: of a long number the last two digits are enough to find it by."""
    return LONG_NUMBER.sub("*", excerpt)


async def _backings(
    session: AsyncSession, conversation_id: int, staff: Staff | None, zone: tzinfo, now: datetime
) -> list[Backing]:
    case = await conversations.current_case(session, conversation_id)
    if case is None:
        return []
    kinds = BY_STAFF if staff else BY_ASSISTANT
    running = (
        select(Clock.due_at, Staff.id, Staff.name)
        .join(Case, Case.id == Clock.case_id)
        .outerjoin(Task, Task.id == Clock.task_id)
        .join(Staff, Staff.id == func.coalesce(Task.assignee_id, Case.owner_id))
        .where(Clock.case_id == case.id, Clock.stopped_at.is_(None), Clock.kind.in_(kinds))
    )
    today = now.astimezone(zone).date()
    return [
        Backing(name, due.astimezone(zone), today, speaks=staff is not None and staff.id == person)
        for due, person, name in await session.execute(running)
        if due is not None
    ]


async def _without_echoes(
    session: AsyncSession, conversation_id: int, found: Sequence[Finding]
) -> list[Finding]:
    said = await session.scalars(
        select(Message.text)
        .where(Message.conversation_id == conversation_id, Message.author == Author.CUSTOMER)
        .order_by(Message.id.desc())
        .limit(RECENT)
    )
    words = impersonal("\n".join(said))
    return [one for one in found if impersonal(one.excerpt) not in words]
