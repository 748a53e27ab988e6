"""Messages as they are read: a transcript for staff, the visible part of it for the customer."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import BigInteger, Select, bindparam, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from ledger.models import Attachment, Message
from ledger.vocabulary import Author, Category, Delivery, Kind, Language, Stage

# `sending`: whoever holds the conversation was read once more, and the reply was let go.
VISIBLE = (Delivery.SENDING, Delivery.SENT, Delivery.UNKNOWN)


@dataclass(frozen=True, slots=True)
class File:
    """An attachment; its bytes are got by its ``id``."""

    id: int
    name: str
    media_type: str
    size: int


@dataclass(frozen=True, slots=True)
class Wording:
    """A customer's later wording of a message."""

    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Line:
    """One message of a transcript, with what was heard in it and how far it got.

    ``name`` is the person's who wrote it for the desk; ``emotion`` is 0 to 3.
    """

    id: int
    conversation: int
    author: Author
    name: str | None
    text: str
    at: datetime
    stage: Stage | None
    script: str | None
    buttons: list[dict[str, Any]]
    language: Language | None
    intent: str | None
    kind: Kind | None
    category: Category | None
    signals: list[str]
    emotion: int | None
    delivery: Delivery | None
    delivery_error: str | None
    client_id: str | None
    attachments: list[File]
    edits: list[Wording]


async def transcript(
    session: AsyncSession, conversation_ids: Iterable[int], *, after: int = 0, limit: int | None = None
) -> list[Line]:
    """All messages of the conversations whose id is greater than ``after``, in order."""
    query = _lines().where(Message.conversation_id.in_(list(conversation_ids)), Message.id > after)
    return [_line(row) for row in (await session.scalars(query.limit(limit))).all()]


async def visible(
    session: AsyncSession, conversation_id: int, *, after: int = 0, limit: int = 200
) -> list[Line]:
    """What the customer may see after ``after``, in order and without a gap.

    The list ends before the first reply whose sending is not decided yet: otherwise a reader who asks for
    what comes after the last id would never be given it.
    """
    asked = {"conversation": conversation_id, "after": after, "most": limit}
    return [_line(row) for row in (await session.scalars(_VISIBLE, asked)).all()]


async def latest(session: AsyncSession, conversation_id: int, *, count: int) -> int:
    """The id after which the last ``count`` messages of a conversation follow."""
    ids = select(Message.id).where(Message.conversation_id == conversation_id)
    query = ids.order_by(Message.id.desc()).offset(count).limit(1)
    return await session.scalar(query) or 0


def _lines() -> Select[Message]:
    people = selectinload(Message.staff)
    return (
        select(Message)
        .options(people, selectinload(Message.attachments), selectinload(Message.edits))
        .order_by(Message.id)
    )


def _line(row: Message) -> Line:
    return Line(
        id=row.id,
        conversation=row.conversation_id,
        author=row.author,
        name=row.staff.name if row.staff else None,
        text=row.text,
        at=row.at,
        stage=row.stage,
        script=row.script,
        buttons=row.buttons or [],
        language=row.language,
        intent=row.intent,
        kind=row.kind,
        category=row.category,
        signals=row.signals or [],
        emotion=row.emotion,
        delivery=row.delivery,
        delivery_error=row.delivery_error,
        client_id=row.client_id,
        attachments=_files(row.attachments),
        edits=[Wording(edit.text, edit.at) for edit in sorted(row.edits, key=lambda edit: edit.id)],
    )


def _files(rows: Sequence[Attachment]) -> list[File]:
    return [File(row.id, row.name, row.media_type, row.size) for row in sorted(rows, key=lambda row: row.id)]


# Read by every visitor again and again: to build the statement takes longer than to run it.
_conversation: Final = bindparam("conversation", type_=BigInteger)
_undecided: Final = (
    select(func.min(Message.id))
    .where(Message.conversation_id == _conversation, Message.delivery == Delivery.PENDING)
    .scalar_subquery()
)
_VISIBLE: Final = (
    _lines()
    .where(Message.conversation_id == _conversation, Message.id > bindparam("after"))
    .where(or_(Message.author == Author.CUSTOMER, Message.delivery.in_(VISIBLE)))
    .where(or_(_undecided.is_(None), Message.id < _undecided))
    .limit(bindparam("most"))
)
