"""Transcripts: one conversation in full, and the list supervisors search."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, CompoundSelect, Select, and_, exists, func, or_, select, text, union
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
from ledger.secrecy import Reader, rank
from ledger.views import paging
from ledger.views.messages import Line, transcript
from ledger.views.readable import closed_talks, graded_talks, readable
from ledger.views.rows import SNIPPET, CaseRow, case_rows
from ledger.views.search import Period, Stretch, passages, says
from ledger.vocabulary import Author, Category, Holding, Language, SecretGrade
from ledger.words import Words

OTHER_CASES = 20
WINDOW: Final = 5_000
"""How many conversations a page of the list looks at for those that meet its filters."""
NUMBER_LIKE: Final = re.compile("[A-Z0-9-]+")
YEARS: Final = range(2020, 2100)


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
    drill: bool
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
    of staff who wrote in the conversation, or holds it. ``since`` and ``until`` bound when the words were
    said; without words, when the last one was. Words are looked for only in what ``reader`` may read
    (playbook C6); None may read nothing graded.
    """

    words: str = ""
    special: bool | None = None
    category: Category | None = None
    emotion: int | None = None
    handled_by: int | None = None
    since: datetime | None = None
    until: datetime | None = None
    reader: Reader | None = None


@dataclass(frozen=True, slots=True)
class TranscriptRow:
    """A conversation on the list; ``words`` is the passage found, else the customer's first words.

    Where a graded case is talked about, words, customer and what was heard are left out: they are read on
    the conversation's page, where the look is written down.
    """

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
    drill: bool
    cases: tuple[CaseRow, ...] = field(default=())

    @property
    def special(self) -> bool:
        return any(case.special for case in self.cases)

    @property
    def demo(self) -> bool:
        return any(case.demo for case in self.cases)

    @property
    def secret_grade(self) -> SecretGrade | None:
        """The gravest of its cases'."""
        return max((case.secret_grade for case in self.cases), key=rank, default=None)


@dataclass(frozen=True, slots=True)
class TranscriptPage:
    """A page of the list; ``next`` is the cursor of the following one, None on the last."""

    items: list[TranscriptRow]
    next: str | None


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
        drill=talk.drill_id is not None,
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
    session: AsyncSession, filters: Filters, *, cursor: str | None = None, limit: int = 50
) -> TranscriptPage:
    """A page of the conversations that match: who wrote last comes first; with words, who said them last.

    A page may be shorter than ``limit`` and yet be followed by another: it ends when enough was looked at.

    Raises:
        paging.BadCursor: ``cursor`` is not one of this list's.
    """
    if words := filters.words.strip():
        found = await _saying(session, Words(words), filters, cursor, limit)
    else:
        found = await _latest(session, filters, cursor, limit)
    return TranscriptPage(await _rows(session, found.passages), found.next)


@dataclass(frozen=True, slots=True)
class _Found:
    """Conversations in order, each with the passage to show, None for the customer's first words."""

    passages: dict[int, str | None]
    next: str | None


async def _latest(session: AsyncSession, filters: Filters, cursor: str | None, limit: int) -> _Found:
    """Those who wrote last, out of a window of as many conversations as a page may look at.

    Whom somebody handled is known without looking at others: where the window has too few, all are found.
    """
    after = paging.place_of(cursor, datetime, int) if cursor else None
    said = (Conversation.last_message_at, Conversation.id)
    spoken = select(*said).where(Conversation.last_message_at.is_not(None), *_in(filters))
    window = paging.ordered(spoken, said, after=after, descending=True).limit(WINDOW)
    looked_at = window.subquery()
    page = (
        select(looked_at)
        .join(Conversation, Conversation.id == looked_at.c.id)
        .where(*_conditions(filters))
        .order_by(looked_at.c.last_message_at.desc(), looked_at.c.id.desc())
    )
    rows = (await session.execute(page.limit(limit + 1))).all()
    if len(rows) > limit:
        return _Found({row.id: None for row in rows[:limit]}, paging.cursor_of(rows[limit - 1]))
    if filters.handled_by is not None:
        theirs = spoken.where(Conversation.id.in_(_handled(filters.handled_by)), *_conditions(filters))
        rest = paging.ordered(theirs, said, after=after, descending=True).limit(limit + 1)
        rows = (await session.execute(rest)).all()
        end = rows[limit - 1] if len(rows) > limit else None
    else:
        end = (await session.execute(window.offset(WINDOW - 1).limit(1))).one_or_none()
    return _Found({row.id: None for row in rows[:limit]}, paging.cursor_of(end) if end else None)


async def _saying(
    session: AsyncSession, words: Words, filters: Filters, cursor: str | None, limit: int
) -> _Found:
    """Those in which the words were said last; before them the newest whose case has such a number."""
    before = paging.place_of(cursor, int)[0] if cursor else None
    numbered = await _of_numbers(session, words.text, [*_conditions(filters), *_in(filters)], limit)
    found: dict[int, str | None] = {} if before else dict.fromkeys(numbered)
    closed = closed_talks(filters.reader) if filters.reader else graded_talks()
    fits = [*_conditions(filters), Conversation.id.not_in(numbered), Conversation.id.not_in(closed)]
    if before:
        fits.append(~_a_message(and_(Message.id >= before, says(words))))
    down_to = 0
    period = Period(filters.since, filters.until)
    async for stretch in passages(session, words, before=before, period=period, enough=limit):
        down_to = stretch.down_to
        fitting = await _fitting(session, stretch, fits)
        for passage in stretch.passages:
            if passage.conversation_id in found or passage.conversation_id not in fitting:
                continue
            if len(found) == limit:
                return _Found(found, paging.cursor_of([passage.id + 1]))
            found[passage.conversation_id] = passage.text
    return _Found(found, paging.cursor_of([down_to]) if down_to else None)


async def _of_numbers(
    session: AsyncSession, words: str, fits: Sequence[ColumnElement[bool]], limit: int
) -> Sequence[int]:
    """Conversations about the newest cases whose number begins with the words, or ends with them."""
    said = words.strip().upper()
    if not NUMBER_LIKE.fullmatch(said):
        return []
    running = [f"QT-{year}-{int(said):06d}" for year in YEARS] if said.isdecimal() else []
    begins = select(Case.id).where(Case.number.startswith(said, autoescape=True))
    newest = begins.order_by(text("cases.number USING ~>~")).limit(limit).subquery()
    numbered = union(select(newest.c.id), select(Case.id).where(Case.number.in_(running)))
    of_cases = select(case_conversations.c.conversation_id).where(case_conversations.c.case_id.in_(numbered))
    ids = select(Conversation.id).where(Conversation.id.in_(of_cases), *fits)
    return (await session.scalars(ids.order_by(Conversation.id.desc()).limit(limit))).all()


async def _fitting(
    session: AsyncSession, stretch: Stretch, conditions: Sequence[ColumnElement[bool]]
) -> set[int]:
    """Which of the conversations in a stretch meet all conditions."""
    ids = {passage.conversation_id for passage in stretch.passages}
    if not ids:
        return ids
    return set(await session.scalars(select(Conversation.id).where(Conversation.id.in_(ids), *conditions)))


def _in(filters: Filters) -> list[ColumnElement[bool]]:
    """That the last word was said in the period asked for."""
    since = [Conversation.last_message_at >= filters.since] if filters.since else []
    return since + ([Conversation.last_message_at < filters.until] if filters.until else [])


def _handled(staff_id: int) -> CompoundSelect[int]:
    """Conversations the member of staff wrote in, or holds."""
    wrote = select(Message.conversation_id).where(Message.staff_id == staff_id)
    return wrote.union(select(Conversation.id).where(Conversation.holder_id == staff_id))


def _conditions(filters: Filters) -> list[ColumnElement[bool]]:
    """What is asked of the cases talked about, of what was heard and of who wrote."""
    conditions: list[ColumnElement[bool]] = []
    if filters.special is not None:
        special = _a_case(Case.special_since.is_not(None))
        conditions.append(special if filters.special else ~special)
    if filters.category:
        open_to_all = readable(filters.reader) if filters.reader else Case.secret_grade.is_(None)
        conditions.append(_a_case(and_(Case.category == filters.category, open_to_all)))
    if filters.emotion is not None:
        conditions.append(_a_message(Message.emotion >= filters.emotion))
    if filters.handled_by is not None:
        wrote = _a_message(Message.staff_id == filters.handled_by)
        conditions.append(or_(wrote, Conversation.holder_id == filters.handled_by))
    return conditions


async def _rows(session: AsyncSession, passages: Mapping[int, str | None]) -> list[TranscriptRow]:
    """The conversations as the list shows them, in the order given, in four queries."""
    ids = list(passages)
    found = {row.id: row for row in await session.execute(_described(ids))}
    heard, first_words = await _heard(session, ids), await _first_words(session, ids)
    cases = await _cases_by_conversation(session, ids)
    rows = (
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
            words=passages[row.id] or first_words.get(row.id, ""),
            drill=row.drill,
            cases=tuple(cases[row.id]),
        )
        for row in (found[conversation_id] for conversation_id in ids)
    )
    return [row if row.secret_grade is None else _veiled(row) for row in rows]


def _veiled(row: TranscriptRow) -> TranscriptRow:
    return replace(row, customer=None, words="", emotions=(), signals=())


def _described(ids: Sequence[int]) -> Select[*tuple[Any, ...]]:
    return (
        select(
            Conversation.id,
            func.coalesce(Customer.name, Identity.display_name).label("customer"),
            Conversation.channel,
            Conversation.language,
            Conversation.holding,
            Conversation.created_at,
            Conversation.last_message_at,
            Conversation.drill_id.is_not(None).label("drill"),
        )
        .join(Customer, Conversation.customer_id == Customer.id)
        .join(Identity, Conversation.identity_id == Identity.id)
        .where(Conversation.id.in_(ids))
    )


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


async def _first_words(session: AsyncSession, ids: Sequence[int]) -> dict[int, str]:
    """What the customer said first."""
    found = await session.execute(
        select(Message.conversation_id, func.left(Message.text, SNIPPET))
        .ext(distinct_on(Message.conversation_id))
        .where(Message.conversation_id.in_(ids), Message.author == Author.CUSTOMER)
        .order_by(Message.conversation_id, Message.id)
    )
    return {conversation_id: words for conversation_id, words in found}


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
