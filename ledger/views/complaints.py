"""Complaints and contacts: the list with its filters, and one of them with everything about it."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Select, and_, exists, func, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased, joinedload, selectinload
from sqlalchemy.sql.elements import ColumnElement

from ledger.models import (
    Case,
    Clock,
    Conversation,
    Customer,
    Department,
    Entry,
    EntryGrade,
    Staff,
    Task,
    Wait,
)
from ledger.secrecy import Permit, Reader
from ledger.services.closing import lacking_to_close
from ledger.views import paging
from ledger.views.clocks import ClockLine, clocks_of
from ledger.views.forms import FormLine, forms_of
from ledger.views.messages import Line, transcript
from ledger.views.readable import readable
from ledger.views.told import FactLine, Feeling, emotion_trail, facts_of
from ledger.vocabulary import (
    ActorKind,
    CaseStatus,
    CaseType,
    Category,
    Holding,
    Language,
    SecretGrade,
    Severity,
    Stage,
)


class Sort(StrEnum):
    """The order of the list after the special users, who always come first while their case is open."""

    NEWEST = "-opened_at"
    OLDEST = "opened_at"
    DUE = "due_at"
    SEVERITY = "-severity"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which cases a list is about; what is None is not asked for.

    ``owner`` is a username, ``none`` for nobody's; ``department`` a department's key; ``q`` words of the
    number, the narrative, the customer's name or contact. What is asked of a graded case's words or category
    only finds those that ``reader`` may read (playbook C6); None may read none.
    """

    status: CaseStatus | None = None
    type: CaseType | None = None
    category: Category | None = None
    severity: Severity | None = None
    stage: Stage | None = None
    special: bool | None = None
    owner: str | None = None
    department: str | None = None
    channel: str | None = None
    language: Language | None = None
    opened_from: datetime | None = None
    opened_before: datetime | None = None
    q: str | None = None
    demo: bool | None = None
    reader: Reader | None = None


@dataclass(frozen=True, slots=True)
class ComplaintLine:
    """A case as a list shows it.

    ``owner`` is the person's name, ``department`` the department's key; ``due_at`` the earliest deadline
    that still runs; ``special`` means headquarters must know of it (playbook B1). With a ``secret_grade``
    what it is about is left out of a list: ``complaint`` tells it to who may read it.
    """

    number: str
    type: CaseType
    state: CaseStatus
    category: Category | None
    further_categories: list[str]
    severity: Severity
    signals: list[str]
    special: bool
    special_since: datetime | None
    stage: Stage
    department: str | None
    owner: str | None
    owner_username: str | None
    channel: str
    language: Language
    summary: str
    remedies: list[str]
    opened_at: datetime
    due_at: datetime | None
    resolved_at: datetime | None
    rating: int | None
    demo: bool
    drill: bool
    secret_grade: SecretGrade | None


@dataclass(frozen=True, slots=True)
class ComplaintPage:
    """One page of the list; ``next`` is the cursor of the following one, None on the last."""

    items: list[ComplaintLine]
    next: str | None


@dataclass(frozen=True, slots=True)
class CustomerLine:
    """Who complains; name and contact are there only with consent (playbook A10)."""

    id: int
    name: str | None
    phone: str | None
    email: str | None
    contact_refused: bool


@dataclass(frozen=True, slots=True)
class EntryLine:
    """One line of the ledger; ``hash`` chains it to the one before.

    ``grade`` is its own, beside that of its case. A ``sealed`` one is not this reader's to read: action,
    actor and content are left out, the chain is not.
    """

    position: int
    at: datetime
    actor_kind: ActorKind
    actor: str
    action: str
    reason: str | None
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    hash: str
    grade: SecretGrade | None = None
    sealed: bool = False


@dataclass(frozen=True, slots=True)
class TaskLine:
    """Something promised to the customer; its deadline is the clock with this ``task``."""

    id: int
    note: str
    assignee: str | None
    created_at: datetime
    done_at: datetime | None
    done_by: str | None


@dataclass(frozen=True, slots=True)
class WaitLine:
    """The desk waits for the customer: since when, who said so, and what for."""

    since: datetime
    by: str
    reason: str


@dataclass(frozen=True, slots=True)
class ConversationLine:
    """A conversation the case is talked about in, and who speaks for the desk there."""

    id: int
    channel: str
    holding: Holding
    holder: str | None


@dataclass(frozen=True, slots=True)
class ComplaintDetail:
    """One case with everything about it; ``complaint`` is its line of the list."""

    complaint: ComplaintLine
    pass_code: str
    narrative: str
    special_reasons: list[dict[str, Any]]
    outcome: str | None
    root_cause: str | None
    remedy_given: str | None
    opinion: str | None
    reopened_at: datetime | None
    entered_by: str | None
    customer: CustomerLine
    entries: list[EntryLine]
    clocks: list[ClockLine]
    waiting: WaitLine | None
    tasks: list[TaskLine]
    forms: list[FormLine]
    lacking_to_close: list[str]
    conversations: list[ConversationLine]
    transcript: list[Line]
    facts: list[FactLine]
    emotion_trail: list[Feeling]


SUMMARY = 140
SEALED = "entry.sealed"
"""What a list says in the place of the action of an entry that is not the reader's."""
_DUE = (
    select(func.min(Clock.due_at))
    .where(Clock.case_id == Case.id, Clock.stopped_at.is_(None))
    .correlate(Case)
    .scalar_subquery()
)


async def complaints(
    session: AsyncSession,
    wanted: Wanted,
    *,
    sort: Sort = Sort.NEWEST,
    cursor: str | None = None,
    limit: int = 50,
) -> ComplaintPage:
    """A page of the list, open special users first; with words to look for it may be shorter.

    Raises:
        paging.BadCursor: ``cursor`` is not one of this list's.
    """
    special = and_(Case.special_since.is_not(None), Case.status == CaseStatus.OPEN)
    others = or_(Case.special_since.is_(None), Case.status != CaseStatus.OPEN)
    cases = _filtered(_cases(), wanted)
    says = tuple(_says(word, wanted.reader) for word in (wanted.q or "").split())
    runs = [replace(run, costly=says) for kind in (special, others) for run in _runs(sort, cases.where(kind))]
    rows, following = await paging.page(session, runs, cursor=cursor, limit=limit)
    return ComplaintPage([_veiled(_line(row[0], row[1])) for row in rows], following)


def _runs(sort: Sort, cases: Select[*tuple[Any, ...]]) -> list[paging.Run]:
    """The cases in the order asked for, each run as an index gives it."""
    opened = (Case.opened_at, Case.id)
    match sort:
        case Sort.NEWEST:
            return [paging.Run(cases, opened, descending=True)]
        case Sort.OLDEST:
            return [paging.Run(cases, opened)]
        case Sort.DUE:
            clocked = cases.join(Clock, Clock.case_id == Case.id).where(_due_first())
            rest = cases.where(~_is_due())
            return [paging.Run(clocked, (Clock.due_at, Case.id)), paging.Run(rest, (Case.id,))]
        case Sort.SEVERITY:
            return [
                paging.Run(cases.where(Case.severity == grave), (Case.id,), descending=True)
                for grave in reversed(Severity)
            ]


def _due_first() -> ColumnElement[bool]:
    """That no running clock of the case is due before this one."""
    other = aliased(Clock)
    before = exists().where(
        other.case_id == Clock.case_id,
        other.stopped_at.is_(None),
        tuple_(other.due_at, other.id) < tuple_(Clock.due_at, Clock.id),
    )
    return and_(Clock.stopped_at.is_(None), Clock.due_at.is_not(None), ~before)


def _is_due() -> ColumnElement[bool]:
    """That a clock of the case runs; one that stands still is not due."""
    return exists().where(Clock.case_id == Case.id, Clock.stopped_at.is_(None), Clock.due_at.is_not(None))


async def complaint(
    session: AsyncSession, number: str, permit: Permit | None = None
) -> ComplaintDetail | None:
    """One case by its number, or None when there is none of that number.

    ``permit`` (``services/secrecy.py``) is the reader's: what it does not open is left out. Without one the
    desk itself reads, and nobody is shown it.
    """
    query = (
        _cases()
        .where(Case.number == number)
        .options(
            joinedload(Case.customer),
            joinedload(Case.entered_by),
            selectinload(Case.conversations).joinedload(Conversation.holder),
        )
    )
    row = (await session.execute(query)).one_or_none()
    if row is None:
        return None
    found, due_at = row
    return ComplaintDetail(
        complaint=_line(found, due_at),
        pass_code=found.pass_code,
        narrative=found.narrative,
        special_reasons=found.special_reasons,
        outcome=found.outcome,
        root_cause=found.root_cause,
        remedy_given=found.remedy_given,
        opinion=found.opinion,
        reopened_at=found.reopened_at,
        entered_by=_name(found.entered_by),
        customer=_customer(found.customer),
        entries=await entries_of(session, found.id, permit),
        clocks=await clocks_of(session, found.id),
        waiting=await _waiting(session, found.id),
        tasks=await _tasks_of(session, found.id),
        forms=await forms_of(session, found.id),
        lacking_to_close=await lacking_to_close(session, found) if found.resolved_at else [],
        conversations=[_conversation(one) for one in found.conversations],
        transcript=await transcript(session, _open_talks(found, permit)),
        facts=await facts_of(session, found.id),
        emotion_trail=await emotion_trail(session, found),
    )


async def entries_of(session: AsyncSession, case_id: int, permit: Permit | None = None) -> list[EntryLine]:
    """The case's book of the ledger, from its first line on; what ``permit`` does not open is sealed."""
    book = select(Entry, EntryGrade.grade).outerjoin(EntryGrade, EntryGrade.entry_id == Entry.id)
    rows = await session.execute(book.where(Entry.case_id == case_id).order_by(Entry.position))
    lines = (replace(_entry(entry), grade=grade) for entry, grade in rows)
    return [line if permit is None or permit.opens(line.grade) else _sealed(line) for line in lines]


def _sealed(line: EntryLine) -> EntryLine:
    return replace(
        line,
        actor_kind=ActorKind.SYSTEM,
        actor="",
        action=SEALED,
        reason=None,
        before=None,
        after=None,
        sealed=True,
    )


def _open_talks(case: Case, permit: Permit | None) -> list[int]:
    closed = permit.closed_talks if permit else frozenset()
    return [one.id for one in case.conversations if one.id not in closed]


async def _waiting(session: AsyncSession, case_id: int) -> WaitLine | None:
    runs = select(Wait).where(Wait.case_id == case_id, Wait.until.is_(None)).options(joinedload(Wait.by))
    wait = await session.scalar(runs)
    return WaitLine(wait.since, wait.by.name, wait.reason) if wait else None


def _cases() -> Select[Case, datetime | None]:
    return select(Case, _DUE).options(joinedload(Case.owner), joinedload(Case.department))


def _filtered(query: Select[*tuple[Any, ...]], wanted: Wanted) -> Select[*tuple[Any, ...]]:
    exact = {
        Case.status: wanted.status,
        Case.type: wanted.type,
        Case.severity: wanted.severity,
        Case.stage: wanted.stage,
        Case.channel: wanted.channel,
        Case.language: wanted.language,
        Case.demo: wanted.demo,
    }
    for column, value in exact.items():
        if value is not None:
            query = query.where(column == value)
    return query.where(*_conditions(wanted))


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.category:
        further = Case.further_categories.contains([wanted.category.value])
        found.append(and_(or_(Case.category == wanted.category, further), _may_be_found(wanted.reader)))
    if wanted.special is not None:
        found.append(Case.special_since.is_not(None) if wanted.special else Case.special_since.is_(None))
    if wanted.owner == "none":
        found.append(Case.owner_id.is_(None))
    elif wanted.owner:
        found.append(Case.owner.has(Staff.username == wanted.owner))
    if wanted.department:
        found.append(Case.department.has(Department.key == wanted.department))
    if wanted.opened_from:
        found.append(Case.opened_at >= wanted.opened_from)
    if wanted.opened_before:
        found.append(Case.opened_at < wanted.opened_before)
    return found


def _may_be_found(reader: Reader | None) -> ColumnElement[bool]:
    """That what somebody asks of its words does not tell them what they may not read."""
    return readable(reader) if reader else Case.secret_grade.is_(None)


def _says(word: str, reader: Reader | None) -> ColumnElement[bool]:
    # A value for each case that is looked at: an EXISTS may be answered by reading all customers first.
    contact = (
        select(func.concat_ws("\n", Customer.name, Customer.phone, Customer.email))
        .where(Customer.id == Case.customer_id)
        .scalar_subquery()
    )
    texts: tuple[Any, ...] = (Case.narrative, contact)
    told = or_(*(text.icontains(word, autoescape=True) for text in texts))
    return or_(Case.number.icontains(word, autoescape=True), and_(told, _may_be_found(reader)))


def _veiled(line: ComplaintLine) -> ComplaintLine:
    if line.secret_grade is None:
        return line
    return replace(
        line, category=None, further_categories=[], signals=[], summary="", remedies=[], rating=None
    )


def _line(row: Case, due_at: datetime | None) -> ComplaintLine:
    return ComplaintLine(
        number=row.number,
        type=row.type,
        state=row.status,
        category=row.category,
        further_categories=row.further_categories,
        severity=row.severity,
        signals=row.signals,
        special=row.special,
        special_since=row.special_since,
        stage=row.stage,
        department=row.department.key if row.department else None,
        owner=_name(row.owner),
        owner_username=row.owner.username if row.owner else None,
        channel=row.channel,
        language=row.language,
        summary=_summary(row.narrative),
        remedies=row.remedies,
        opened_at=row.opened_at,
        due_at=due_at,
        resolved_at=row.resolved_at,
        rating=row.rating,
        demo=row.demo,
        drill=row.drill_id is not None,
        secret_grade=row.secret_grade,
    )


def _summary(narrative: str) -> str:
    words = " ".join(narrative.split())
    return words if len(words) <= SUMMARY else words[: SUMMARY - 1] + "…"


def _name(person: Staff | None) -> str | None:
    return person.name if person else None


def _customer(row: Customer) -> CustomerLine:
    return CustomerLine(row.id, row.name, row.phone, row.email, row.contact_refused_at is not None)


def _conversation(row: Conversation) -> ConversationLine:
    return ConversationLine(row.id, row.channel, row.holding, _name(row.holder))


def _entry(row: Entry) -> EntryLine:
    return EntryLine(
        position=row.position,
        at=row.at,
        actor_kind=row.actor_kind,
        actor=row.actor,
        action=row.action,
        reason=row.reason,
        before=row.before,
        after=row.after,
        hash=row.hash,
    )


async def task(session: AsyncSession, task_id: int) -> TaskLine:
    """One promise by its id; there must be one."""
    return _task((await session.scalars(_tasks().where(Task.id == task_id))).one())


async def _tasks_of(session: AsyncSession, case_id: int) -> list[TaskLine]:
    rows = await session.scalars(_tasks().where(Task.case_id == case_id).order_by(Task.id))
    return [_task(row) for row in rows.all()]


def _tasks() -> Select[Task]:
    return select(Task).options(joinedload(Task.assignee), joinedload(Task.done_by))


def _task(row: Task) -> TaskLine:
    return TaskLine(row.id, row.note, _name(row.assignee), row.created_at, row.done_at, _name(row.done_by))
