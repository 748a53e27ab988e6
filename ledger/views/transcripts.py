"""Transcripts: one conversation in full, and the list supervisors search."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, literal, or_, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.models import (
    Case,
    Conversation,
    Customer,
    Identity,
    Message,
    Staff,
    case_conversations,
)
from ledger.views.messages import Line, transcript
from ledger.views.rows import SNIPPET, CaseRow, case_rows
from ledger.vocabulary import Author, Category, Holding, Language

OTHER_CASES = 20


@dataclass(frozen=True, slots=True)
class Person:
    """The customer, as far as they let us know them (playbook A10, C7)."""

    id: int
    name: str | None
    phone: str | None
    email: str | None
    consented_at: datetime | None
    contact_refused_at: datetime | None


@dataclass(frozen=True, slots=True)
class Transcript:
    """One conversation with all that a reader needs beside it.

    ``cases`` are those talked about here, ``other_cases`` the same customer's further ones.
    """

    id: int
    channel: str
    language: Language
    holding: Holding
    holder_id: int | None
    holder: str | None
    reason: str | None
    waiting_since: datetime | None
    created_at: datetime
    customer: Person
    messages: tuple[Line, ...]
    cases: tuple[CaseRow, ...]
    other_cases: tuple[CaseRow, ...]

    @property
    def emotions(self) -> tuple[int, ...]:
        """The customer's emotion levels, oldest first (playbook A9)."""
        return tuple(
            row.emotion for row in self.messages if row.author is Author.CUSTOMER and row.emotion is not None
        )


@dataclass(frozen=True, slots=True)
class Filters:
    """What a supervisor looks for; what is not set does not narrow.

    ``emotion`` is the least the customer's angriest message must have. ``handled_by`` is the id of a member
    of staff who wrote in the conversation, or holds it.
    """

    words: str = ""
    special: bool | None = None
    category: Category | None = None
    emotion: int | None = None
    handled_by: int | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class TranscriptRow:
    """A conversation on the list; ``words`` is the passage found, else the customer's first words."""

    id: int
    customer: str | None
    channel: str
    language: Language
    holding: Holding
    created_at: datetime
    last_at: datetime | None
    messages: int
    emotions: tuple[int, ...]
    signals: tuple[str, ...]
    handlers: tuple[str, ...]
    words: str
    cases: tuple[CaseRow, ...] = field(default=())

    @property
    def special(self) -> bool:
        return any(case.special for case in self.cases)

    @property
    def demo(self) -> bool:
        return any(case.demo for case in self.cases)


async def conversation(session: AsyncSession, conversation_id: int) -> Transcript | None:
    """A conversation in full; None if there is none."""
    found = (
        await session.execute(
            select(Conversation, Customer, Identity.display_name, Staff.name)
            .join(Customer, Conversation.customer_id == Customer.id)
            .join(Identity, Conversation.identity_id == Identity.id)
            .outerjoin(Staff, Conversation.holder_id == Staff.id)
            .where(Conversation.id == conversation_id)
        )
    ).one_or_none()
    if found is None:
        return None
    talk, customer, display_name, holder = found
    here = exists(
        select(case_conversations.c.case_id).where(
            case_conversations.c.case_id == Case.id,
            case_conversations.c.conversation_id == conversation_id,
        )
    )
    return Transcript(
        id=talk.id,
        channel=talk.channel,
        language=talk.language,
        holding=talk.holding,
        holder_id=talk.holder_id,
        holder=holder,
        reason=talk.handoff_reason,
        waiting_since=talk.waiting_since,
        created_at=talk.created_at,
        customer=_person(customer, display_name),
        messages=tuple(await transcript(session, [conversation_id])),
        cases=tuple(await case_rows(session, here, order=(Case.opened_at,), limit=OTHER_CASES)),
        other_cases=tuple(
            await case_rows(
                session,
                and_(Case.customer_id == customer.id, ~here),
                order=(Case.opened_at.desc(),),
                limit=OTHER_CASES,
            )
        ),
    )


async def transcripts(
    session: AsyncSession, filters: Filters, *, limit: int = 50, offset: int = 0
) -> list[TranscriptRow]:
    """Conversations that match, the latest first, in four queries."""
    found = (await session.execute(_matching(filters).limit(limit).offset(offset))).all()
    ids = [row.id for row in found]
    heard, passages = await _heard(session, ids), await _passages(session, ids, filters.words)
    cases = await _cases_by_conversation(session, ids)
    return [
        TranscriptRow(
            id=row.id,
            customer=row.customer,
            channel=row.channel,
            language=row.language,
            holding=row.holding,
            created_at=row.created_at,
            last_at=row.last_message_at,
            messages=heard[row.id].messages,
            emotions=tuple(heard[row.id].emotions),
            signals=tuple(heard[row.id].signals),
            handlers=tuple(heard[row.id].handlers),
            words=passages.get(row.id, ""),
            cases=tuple(cases[row.id]),
        )
        for row in found
    ]


def containing(words: str) -> str:
    """An ILIKE pattern for text that contains ``words`` literally."""
    escaped = words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"


def _matching(filters: Filters) -> Any:
    return (
        select(
            Conversation.id,
            func.coalesce(Customer.name, Identity.display_name).label("customer"),
            Conversation.channel,
            Conversation.language,
            Conversation.holding,
            Conversation.created_at,
            Conversation.last_message_at,
        )
        .join(Customer, Conversation.customer_id == Customer.id)
        .join(Identity, Conversation.identity_id == Identity.id)
        .where(*_conditions(filters))
        .order_by(Conversation.last_message_at.desc().nulls_last(), Conversation.id.desc())
    )


def _conditions(filters: Filters) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if words := filters.words.strip():
        found = _a_case(Case.number.ilike(containing(words)))
        conditions.append(or_(_a_message(Message.text.ilike(containing(words))), found))
    if filters.special is not None:
        special = _a_case(Case.special_since.is_not(None))
        conditions.append(special if filters.special else ~special)
    if filters.category:
        conditions.append(_a_case(Case.category == filters.category))
    if filters.emotion is not None:
        conditions.append(_a_message(Message.emotion >= filters.emotion))
    if filters.handled_by is not None:
        wrote = _a_message(Message.staff_id == filters.handled_by)
        conditions.append(or_(wrote, Conversation.holder_id == filters.handled_by))
    if filters.since:
        conditions.append(Conversation.last_message_at >= filters.since)
    if filters.until:
        conditions.append(Conversation.created_at < filters.until)
    return conditions


def _a_message(where: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists(select(Message.id).where(Message.conversation_id == Conversation.id, where))


def _a_case(where: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists(
        select(Case.id)
        .join(case_conversations, case_conversations.c.case_id == Case.id)
        .where(case_conversations.c.conversation_id == Conversation.id, where)
    )


@dataclass(slots=True)
class _Heard:
    messages: int = 0
    emotions: list[int] = field(default_factory=list)
    signals: list[str] = field(default_factory=list)
    handlers: list[str] = field(default_factory=list)


async def _heard(session: AsyncSession, ids: Sequence[int]) -> defaultdict[int, _Heard]:
    """What the messages of each conversation amount to."""
    heard: defaultdict[int, _Heard] = defaultdict(_Heard)
    found = await session.execute(
        select(Message.conversation_id, Message.emotion, Message.signals, Staff.name)
        .outerjoin(Staff, Message.staff_id == Staff.id)
        .where(Message.conversation_id.in_(ids))
        .order_by(Message.id)
    )
    for conversation_id, emotion, signals, handler in found:
        row = heard[conversation_id]
        row.messages += 1
        row.emotions += [] if emotion is None else [emotion]
        row.signals += [word for word in signals or () if word not in row.signals]
        row.handlers += [handler] if handler and handler not in row.handlers else []
    return heard


async def _passages(session: AsyncSession, ids: Sequence[int], words: str) -> dict[int, str]:
    """The first passage with the words, or the customer's first words."""
    wanted = Message.text.ilike(containing(words.strip())) if words.strip() else literal(True)
    found = await session.execute(
        select(Message.conversation_id, func.left(Message.text, SNIPPET))
        .ext(distinct_on(Message.conversation_id))
        .where(Message.conversation_id.in_(ids), or_(wanted, Message.author == Author.CUSTOMER))
        .order_by(
            Message.conversation_id,
            wanted.desc(),
            (Message.author == Author.CUSTOMER).desc(),
            Message.id,
        )
    )
    return {conversation_id: passage for conversation_id, passage in found}


async def _cases_by_conversation(
    session: AsyncSession, ids: Sequence[int]
) -> defaultdict[int, list[CaseRow]]:
    links = (
        await session.execute(
            select(case_conversations.c.conversation_id, case_conversations.c.case_id).where(
                case_conversations.c.conversation_id.in_(ids)
            )
        )
    ).all()
    wanted = {case_id for _, case_id in links}
    rows = await case_rows(session, Case.id.in_(wanted), order=(Case.opened_at,), limit=len(wanted))
    by_id = {row.id: row for row in rows}
    cases: defaultdict[int, list[CaseRow]] = defaultdict(list)
    for conversation_id, case_id in links:
        cases[conversation_id].append(by_id[case_id])
    return cases


def _person(customer: Customer, display_name: str | None) -> Person:
    return Person(
        id=customer.id,
        name=customer.name or display_name,
        phone=customer.phone,
        email=customer.email,
        consented_at=customer.consented_at,
        contact_refused_at=customer.contact_refused_at,
    )
