"""Drills as pages and their player see them: which were played, which are due, and what waits in one now."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from ledger.drill_book import Plot
from ledger.models import Case, Clock, Conversation, Drill, Notice, Staff, Task
from ledger.views.drill_report import DrillReport
from ledger.vocabulary import CaseStatus, CaseType, ClockKind, Holding, Language

LIMIT = 50
AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class DrillLine:
    """A drill that was played or is; ``ends_at`` is when its plot is over, were it played to the end."""

    id: int
    name: str
    plot: Plot
    cast: bool
    started_by: str | None
    started_at: datetime
    ended_at: datetime | None
    ending: str | None
    report: DrillReport | None

    @property
    def ends_at(self) -> datetime:
        return self.started_at + self.plot.takes


@dataclass(frozen=True, slots=True)
class Alarm:
    """A special user nobody has acknowledged, and one of the cast who was told of it."""

    number: str
    username: str
    told_at: datetime


@dataclass(frozen=True, slots=True)
class Waits:
    """A customer who waits for a person."""

    conversation: int
    language: Language
    since: datetime


@dataclass(frozen=True, slots=True)
class Unanswered:
    """A case whose first response is awaited."""

    number: str
    language: Language
    since: datetime


@dataclass(frozen=True, slots=True)
class Owed:
    """A task of one of the cast."""

    task: int
    username: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Stage:
    """What the cast has to see to at this moment, the oldest first; ``over``: nothing any more."""

    over: bool
    alarms: tuple[Alarm, ...] = ()
    waiting: tuple[Waits, ...] = ()
    unanswered: tuple[Unanswered, ...] = ()
    owed: tuple[Owed, ...] = ()


async def drills(session: AsyncSession) -> list[DrillLine]:
    """The latest drills, the last one first."""
    rows = await session.execute(_lines().order_by(Drill.id.desc()).limit(LIMIT))
    return [_line(found, name) for found, name in rows]


async def drill(session: AsyncSession, drill_id: int) -> DrillLine | None:
    """One of them."""
    row = (await session.execute(_lines().where(Drill.id == drill_id))).one_or_none()
    return _line(*row) if row else None


async def last_played(session: AsyncSession) -> dict[str, datetime]:
    """When each drill was last played to its end, by name."""
    played = select(Drill.name, func.max(Drill.ended_at)).where(Drill.ending == "played")
    return {name: at for name, at in await session.execute(played.group_by(Drill.name)) if at}


def is_due(last: datetime | None, every: timedelta, now: datetime) -> bool:
    """Whether it is time to play a drill again (playbook D3: quarterly)."""
    return last is None or now - last >= every


async def stage(session: AsyncSession, drill_id: int) -> Stage:
    """What the cast has before it."""
    found = await session.get_one(Drill, drill_id, populate_existing=True)
    if found.ended_at is not None:
        return Stage(over=True)
    return Stage(
        over=False,
        alarms=await _alarms(session, drill_id),
        waiting=await _waiting(session, drill_id),
        unanswered=await _unanswered(session, drill_id),
        owed=await _owed(session, drill_id),
    )


async def _alarms(session: AsyncSession, drill_id: int) -> tuple[Alarm, ...]:
    rows = await session.execute(
        select(Case.number, Staff.username, func.min(Notice.at).label("told_at"))
        .join(Notice, Notice.case_id == Case.id)
        .join(Staff, Staff.id == Notice.staff_id)
        .join(Clock, Clock.case_id == Case.id)
        .where(
            Case.drill_id == drill_id,
            Staff.drill_id == drill_id,
            Clock.kind == ClockKind.HEADQUARTERS,
            Clock.stopped_at.is_(None),
            Notice.at >= Clock.started_at,
        )
        .group_by(Case.number, Staff.username)
        .order_by(func.min(Notice.at))
    )
    return tuple(Alarm(*row) for row in rows)


async def _waiting(session: AsyncSession, drill_id: int) -> tuple[Waits, ...]:
    waiting = select(Conversation.id, Conversation.language, Conversation.waiting_since).where(
        Conversation.drill_id == drill_id, Conversation.holding == Holding.WAITING
    )
    rows = await session.execute(waiting.order_by(Conversation.waiting_since).limit(AT_ONCE))
    return tuple(Waits(conversation, language, since) for conversation, language, since in rows if since)


async def _unanswered(session: AsyncSession, drill_id: int) -> tuple[Unanswered, ...]:
    """Complaints nobody has answered; what press and authorities ask is not for agents to answer."""
    clock = aliased(Clock)
    unanswered = (
        select(Case.number, Case.language, clock.started_at)
        .join(clock, clock.case_id == Case.id)
        .where(
            Case.drill_id == drill_id,
            Case.status == CaseStatus.OPEN,
            Case.type != CaseType.CONTACT,
            clock.kind == ClockKind.FIRST_RESPONSE,
            clock.stopped_at.is_(None),
        )
    )
    rows = await session.execute(unanswered.order_by(clock.started_at).limit(AT_ONCE))
    return tuple(Unanswered(*row) for row in rows)


async def _owed(session: AsyncSession, drill_id: int) -> tuple[Owed, ...]:
    owed = (
        select(Task.id, Staff.username, Task.created_at)
        .join(Staff, Staff.id == Task.assignee_id)
        .where(Staff.drill_id == drill_id, Task.done_at.is_(None))
    )
    rows = await session.execute(owed.order_by(Task.created_at).limit(AT_ONCE))
    return tuple(Owed(*row) for row in rows)


def _lines() -> Select[Drill, str]:
    return select(Drill, Staff.name).outerjoin(Staff, Staff.id == Drill.started_by_id)


def _line(found: Drill, started_by: str | None) -> DrillLine:
    return DrillLine(
        id=found.id,
        name=found.name,
        plot=Plot.model_validate(found.script),
        cast=found.cast,
        started_by=started_by,
        started_at=found.started_at,
        ended_at=found.ended_at,
        ending=found.ending,
        report=DrillReport.model_validate(found.report) if found.report else None,
    )
