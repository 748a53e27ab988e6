"""The live queue: who waits for a person, whom the assistant is talking to, and all open cases."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, CompoundSelect, Select, func, or_, select, union
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.models import (
    Case,
    Clock,
    Conversation,
    Customer,
    Drill,
    Identity,
    Message,
    Staff,
    case_conversations,
)
from ledger.secrecy import rank
from ledger.views.rows import SNIPPET, CaseRow, case_rows
from ledger.vocabulary import Author, CaseStatus, ClockKind, Holding, Language, SecretGrade

RECENT = timedelta(hours=1)
LIMIT = 300
LONG_AGO = datetime.min.replace(tzinfo=UTC)
FAR_AWAY = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class ConversationRow:
    """A conversation on the queue; ``emotion`` and ``words`` are of the customer's latest message.

    With a ``secret_grade``, the gravest of its cases, neither those nor the customer are told (playbook C6).
    """

    id: int
    customer: str | None
    channel: str
    language: Language
    holding: Holding
    holder_id: int | None
    holder: str | None
    held_since: datetime | None
    waiting_since: datetime | None
    reason: str | None
    last_at: datetime | None
    words: str
    emotion: int | None
    drill: bool
    cases: tuple[str, ...] = ()
    special: bool = False
    demo: bool = False
    secret_grade: SecretGrade | None = None


class _Mark(NamedTuple):
    """What a case tells about the conversation it is talked about in."""

    number: str
    special: bool
    demo: bool
    secret_grade: SecretGrade | None
    open: bool


@dataclass(frozen=True, slots=True)
class Queue:
    """Everything the queue page shows, the same for every reader.

    ``alerts`` are special users whom nobody at headquarters has acknowledged yet.
    """

    conversations: tuple[ConversationRow, ...]
    cases: tuple[CaseRow, ...]

    @property
    def waiting(self) -> tuple[ConversationRow, ...]:
        """Those who asked for a person, special users first, then whoever has waited longest."""
        rows = (row for row in self.conversations if row.holding is Holding.WAITING)
        return tuple(sorted(rows, key=lambda row: (not row.special, row.waiting_since or LONG_AGO)))

    @property
    def held(self) -> tuple[ConversationRow, ...]:
        """Those a person holds."""
        return tuple(row for row in self.conversations if row.holding is Holding.HUMAN)

    @property
    def with_assistant(self) -> tuple[ConversationRow, ...]:
        """Those the assistant is talking to just now, special users first, then the most upset."""
        rows = (row for row in self.conversations if row.holding is Holding.BOT)
        return tuple(sorted(rows, key=lambda row: (not row.special, -(row.emotion or 0))))

    @property
    def alerts(self) -> tuple[CaseRow, ...]:
        """Special users whose headquarters clock runs, the next due first."""
        alerts = [(clock.order, case.id, case) for case in self.cases if (clock := case.headquarters)]
        return tuple(case for _, _, case in sorted(alerts))


async def queue(session: AsyncSession, *, now: datetime) -> Queue:
    """The queue as it stands, in four queries."""
    cases = sorted(await _open_cases(session), key=_urgency)
    rows = await _conversations(session, since=now - RECENT)
    linked = await _cases_of(session, [row.id for row in rows])
    marked = (_marked(row, linked[row.id]) for row in rows)
    return Queue(tuple(marked), tuple(cases))


async def _open_cases(session: AsyncSession) -> list[CaseRow]:
    """Open cases, and those closed whose headquarters clock still runs: resolving does not stop it."""
    unacknowledged = select(Clock.case_id.label("id")).where(
        Clock.kind == ClockKind.HEADQUARTERS, Clock.stopped_at.is_(None)
    )
    shown = union(
        _newest_open(Case.special_since.is_not(None)), _newest_open(), unacknowledged.limit(LIMIT)
    ).subquery()
    return await case_rows(
        session,
        Case.id.in_(select(shown.c.id)),
        order=(Case.special_since.is_(None), Case.opened_at.desc()),
        limit=LIMIT,
    )


def _newest_open(*conditions: ColumnElement[bool]) -> Select[int]:
    """As many as the page shows; each such part is read from an index of its own."""
    query = select(Case.id).where(Case.status == CaseStatus.OPEN, *conditions)
    newest = query.order_by(Case.opened_at.desc()).limit(LIMIT).subquery()
    return select(newest.c.id)


async def _conversations(session: AsyncSession, *, since: datetime) -> list[ConversationRow]:
    last = (
        select(Message.text, Message.emotion)
        .where(Message.conversation_id == Conversation.id, Message.author == Author.CUSTOMER)
        .order_by(Message.id.desc())
        .limit(1)
        .lateral()
    )
    columns: tuple[Any, ...] = (
        Conversation.id,
        func.coalesce(Customer.name, Identity.display_name),
        Conversation.channel,
        Conversation.language,
        Conversation.holding,
        Conversation.holder_id,
        Staff.name,
        Conversation.held_since,
        Conversation.waiting_since,
        Conversation.handoff_reason,
        Conversation.last_message_at,
        func.coalesce(func.left(last.c.text, SNIPPET), ""),
        last.c.emotion,
        Conversation.drill_id.is_not(None).label("drill"),
    )
    found = await session.execute(
        select(*columns)
        .join(Identity, Conversation.identity_id == Identity.id)
        .join(Customer, Conversation.customer_id == Customer.id)
        .outerjoin(Staff, Conversation.holder_id == Staff.id)
        .outerjoin(last, last.c.text.is_not(None))
        .where(Conversation.id.in_(_live(since)))
        .order_by(Conversation.holding == Holding.BOT, Conversation.last_message_at.desc())
        .limit(LIMIT)
    )
    return [ConversationRow(*row) for row in found]


def _live(since: datetime) -> CompoundSelect[int]:
    """Conversations that wait for a person or have one, and those somebody wrote in lately."""
    with_people = select(Conversation.id).where(Conversation.holding != Holding.BOT)
    lately = select(Conversation.id).where(Conversation.last_message_at > since, ~_rehearsed())
    return with_people.union(lately)


def _rehearsed() -> ColumnElement[bool]:
    """Whether a conversation is of a drill that is over."""
    over = select(Drill.id).where(Drill.ended_at.is_not(None))
    return Conversation.drill_id.is_not(None) & Conversation.drill_id.in_(over)


async def _cases_of(session: AsyncSession, conversations: Collection[int]) -> defaultdict[int, list[_Mark]]:
    """The marks of the open cases talked about in each conversation, and of those that are graded."""
    cases: defaultdict[int, list[_Mark]] = defaultdict(list)
    if not conversations:
        return cases
    found = await session.execute(
        select(
            case_conversations.c.conversation_id,
            Case.number,
            Case.special_since.is_not(None),
            Case.demo,
            Case.secret_grade,
            Case.status == CaseStatus.OPEN,
        )
        .join(Case, Case.id == case_conversations.c.case_id)
        .where(case_conversations.c.conversation_id.in_(conversations))
        .where(or_(Case.status == CaseStatus.OPEN, Case.secret_grade.is_not(None)))
        .order_by(Case.id)
    )
    for conversation_id, *mark in found:
        cases[conversation_id].append(_Mark(*mark))
    return cases


def _urgency(case: CaseRow) -> tuple[bool, datetime]:
    """Special users first, then whatever is due next."""
    return not case.special, (case.running[0].due_at if case.running else None) or FAR_AWAY


def _marked(row: ConversationRow, cases: list[_Mark]) -> ConversationRow:
    marked = replace(
        row,
        cases=tuple(case.number for case in cases if case.open),
        special=any(case.special for case in cases if case.open),
        demo=any(case.demo for case in cases if case.open),
        secret_grade=max((case.secret_grade for case in cases), key=rank, default=None),
    )
    return marked if marked.secret_grade is None else replace(marked, customer=None, words="", emotion=None)
