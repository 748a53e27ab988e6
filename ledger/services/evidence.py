"""Files sent as evidence: logged with their message, and put on the case they belong to (playbook C2)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.models import Attachment, Case, Message
from ledger.services import case_lock, conversations, entries


@dataclass(frozen=True, slots=True)
class Kept:
    """A file whose bytes lie under ``path`` in the data folder; ``size`` in bytes."""

    name: str
    media_type: str
    size: int
    sha256: str
    path: str


async def attach(
    session: AsyncSession, conversation_id: int, message_id: int, files: Sequence[Kept], now: datetime
) -> None:
    """Log the files of a message, and put them on the conversation's case if there is one already."""
    session.add_all(
        Attachment(
            message_id=message_id,
            name=kept.name,
            media_type=kept.media_type,
            size=kept.size,
            sha256=kept.sha256,
            path=kept.path,
            at=now,
        )
        for kept in files
    )
    await session.flush()
    case = await conversations.current_case(session, conversation_id)
    if case is not None:
        await file(session, case=case, conversation_id=conversation_id, now=now)


async def file(session: AsyncSession, *, case: Case, conversation_id: int, now: datetime) -> None:
    """Put the conversation's files that belong to no case yet on ``case``, with an entry for each (C2)."""
    sent = select(Message.id).where(Message.conversation_id == conversation_id)
    filed = await session.execute(
        update(Attachment)
        .where(Attachment.case_id.is_(None), Attachment.message_id.in_(sent))
        .values(case_id=case.id)
        .returning(Attachment.id, Attachment.media_type, Attachment.sha256)
    )
    rows = filed.all()
    if not rows:
        return
    case = await case_lock.lock(session, case.id)
    for row in rows:
        await entries.record(
            session,
            case=case,
            actor=entries.Actor.customer(case.channel),
            action="evidence.received",
            now=now,
            after={"attachment": row.id, "media_type": row.media_type, "sha256": row.sha256},
        )
