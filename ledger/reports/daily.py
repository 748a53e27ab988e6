"""The daily report (日报, playbook B2): what came, what was solved, what is left, what is needed for it."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.lists import LISTS, Row
from ledger.lists.cases import answered_for_by, case_rows
from ledger.models import Case, Clock, Department, Form, Staff
from ledger.reports.content import Content, Figure, Note, Section, figures
from ledger.reports.kind import Asked, Kind
from ledger.sentences import Sentence
from ledger.views.real import real_cases
from ledger.vocabulary import CaseStatus, CaseType, ClockKind, ReportKind

ROWS: Final = 100
"""As many rows of a list stand in a report; the list itself has the rest."""
RESOURCES: Final = "resources"
"""The kind of form in which a department asks for what it needs."""


async def gather(session: AsyncSession, asked: Asked) -> list[Section]:
    """What the period was like; the lists are those of now."""
    unfinished = await _listed(session, "day_end", asked)
    nails = await _listed(session, "nail_households", asked)
    overdue = [row for row in unfinished if any(reason.code == "overdue" for reason in row.reasons)]
    special = await _special(session, asked)
    flow = [
        *(await _flow(session, asked)).items(),
        ("report_figure.overdue", len(overdue)),
        ("report_figure.unfinished", len(unfinished)),
        ("report_figure.nail_households", len(nails)),
    ]
    by_office = [] if asked.department else _by_department(unfinished)
    return [
        Section(key="flow", figures=figures(flow)),
        Section(key="kinds", figures=await _opened_by_kind(session, asked)),
        Section(key="departments", figures=await _opened_by_department(session, asked)),
        Section(key="offices", figures=figures(by_office)),
        _section("special", special),
        _section("unfinished", unfinished),
        _section("nail_households", nails),
        Section(key="resources", notes=await _resources(session, asked)),
    ]


async def _listed(session: AsyncSession, key: str, asked: Asked) -> list[Row]:
    find = LISTS[key].find
    return await find(session, policy=asked.policy, now=asked.now, department=asked.department)


def _section(key: str, rows: Sequence[Row]) -> Section:
    return Section(key=key, rows=tuple(rows[:ROWS]), more=max(0, len(rows) - ROWS))


def _of(asked: Asked) -> ColumnElement[bool]:
    return and_(real_cases(), *answered_for_by(asked.department))


def _opened(asked: Asked) -> ColumnElement[bool]:
    return and_(_of(asked), Case.opened_at >= asked.since, Case.opened_at < asked.until)


async def _flow(session: AsyncSession, asked: Asked) -> dict[str, int]:
    """How many came, ended, came back, and are open."""
    within = Case.resolved_at >= asked.since, Case.resolved_at < asked.until
    again = Case.reopened_at >= asked.since, Case.reopened_at < asked.until
    flagged = Case.special_since >= asked.since, Case.special_since < asked.until
    conditions = {
        "report_figure.opened": and_(_opened(asked), Case.type == CaseType.COMPLAINT),
        "report_figure.contacts": and_(_opened(asked), Case.type == CaseType.CONTACT),
        "report_figure.resolved": and_(_of(asked), *within),
        "report_figure.reopened": and_(_of(asked), *again),
        "report_figure.open": and_(_of(asked), Case.status == CaseStatus.OPEN),
        "report_figure.special": and_(_of(asked), *flagged),
    }
    return {
        name: await session.scalar(select(func.count()).select_from(Case).where(condition)) or 0
        for name, condition in conditions.items()
    }


async def _opened_by_kind(session: AsyncSession, asked: Asked) -> tuple[Figure, ...]:
    complaints = and_(_opened(asked), Case.type == CaseType.COMPLAINT)
    counted = select(Case.category, func.count()).where(complaints).group_by(Case.category)
    rows = (await session.execute(counted.order_by(func.count().desc(), Case.category))).all()
    return figures([(f"category.{category or 'other'}", n) for category, n in rows])


async def _opened_by_department(session: AsyncSession, asked: Asked) -> tuple[Figure, ...]:
    counted = select(Department.key, func.count()).join(Case, Case.department_id == Department.id)
    counted = counted.where(_opened(asked)).group_by(Department.key)
    rows = (await session.execute(counted.order_by(func.count().desc(), Department.key))).all()
    return figures([(f"department.{key}", n) for key, n in rows])


def _by_department(rows: Sequence[Row]) -> list[tuple[str, int]]:
    """How many rows each department has, the most first; what nobody answers for has no key."""
    keys = [row.department or "" for row in rows]
    counts = {key: keys.count(key) for key in sorted(set(keys))}
    return sorted(((f"department.{key}", n) for key, n in counts.items()), key=lambda one: -one[1])


async def _special(session: AsyncSession, asked: Asked) -> list[Row]:
    """Special users flagged in the period, and those whom headquarters has not acknowledged yet."""
    waits = select(Clock.case_id).where(Clock.kind == ClockKind.HEADQUARTERS, Clock.stopped_at.is_(None))
    flagged = and_(Case.special_since >= asked.since, Case.special_since < asked.until)
    found = await session.execute(
        select(Case.id, Case.special_since, Case.id.in_(waits)).where(
            _of(asked), Case.special_since.is_not(None), flagged | Case.id.in_(waits)
        )
    )
    why = {case_id: list(_of_special(since, waiting)) for case_id, since, waiting in found if since}
    return await case_rows(session, why)


def _of_special(since: datetime, waiting: bool) -> Iterator[Sentence]:
    yield Sentence(code="special_since", values={"since": since.isoformat()})
    if waiting:
        yield Sentence(code="not_acknowledged")


async def _resources(session: AsyncSession, asked: Asked) -> tuple[Note, ...]:
    """What was asked for and has had no answer, the oldest first."""
    waiting = (
        select(Form.number, Form.filled, Staff.name, Department.key)
        .join(Staff, Staff.id == Form.opened_by_id)
        .outerjoin(Department, Department.id == Staff.department_id)
        .where(Form.kind == RESOURCES, Form.closed_at.is_(None))
        .order_by(Form.id)
    )
    if asked.department:
        waiting = waiting.where(Department.key == asked.department)
    return tuple(
        Note(number=number, who=name, department=key, text=str(filled.get("wanted", "")))
        for number, filled, name, key in await session.execute(waiting)
    )


def conclude(content: Content) -> list[Sentence]:
    """What is worst first; a calm day is said to be one."""
    return [*_dangers(content), *_flowing(content), *_calm(content)]


def _dangers(content: Content) -> Iterator[Sentence]:
    if overdue := _count(content, "overdue"):
        yield Sentence(code="overdue", values={"count": overdue})
    waiting = [row for row in content.section("special").rows if _waits(row)]
    if waiting:
        yield Sentence(code="not_acknowledged", values={"count": len(waiting)})
    offices = content.section("offices").figures
    if offices and offices[0].value:
        key = offices[0].about.partition(".")[2] or None
        yield Sentence(code="most_unfinished", values={"department": key, "count": offices[0].value})
    nails = content.figure("flow", "report_figure.nail_households")
    if nails and nails.value:
        code = "more_nail_households" if nails.before is not None and nails.value > nails.before else "nails"
        yield Sentence(code=code, values={"count": nails.value, "before": nails.before or 0})
    if asked := len(content.section("resources").notes):
        yield Sentence(code="resources", values={"count": asked})


def _waits(row: Row) -> bool:
    return any(reason.code == "not_acknowledged" for reason in row.reasons)


def _flowing(content: Content) -> Iterator[Sentence]:
    opened = content.figure("flow", "report_figure.opened")
    if opened is None or not opened.value:
        yield Sentence(code="nothing_came")
        return
    if opened.before is not None and opened.value != opened.before:
        code = "more_came" if opened.value > opened.before else "fewer_came"
        yield Sentence(code=code, values={"count": opened.value, "before": opened.before})
    top = content.section("kinds").figures[0]
    share = round(100 * top.value / opened.value)
    category = top.about.partition(".")[2]
    yield Sentence(code="top_kind", values={"category": category, "count": top.value, "share": share})
    left = opened.value - _count(content, "resolved")
    if left > 0:
        yield Sentence(code="falling_behind", values={"count": left})
    elif left < 0:
        yield Sentence(code="catching_up", values={"count": -left})


def _calm(content: Content) -> Iterator[Sentence]:
    if not _count(content, "unfinished"):
        yield Sentence(code="cleared")


def _count(content: Content, name: str) -> int:
    figure = content.figure("flow", f"report_figure.{name}")
    return figure.value if figure else 0


KIND = Kind(ReportKind.DAILY, gather, conclude)
