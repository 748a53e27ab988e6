"""Reports as staff read them: which there are, and one with the ones beside it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy import Select, exists, false, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.errors import NoSuchReport
from ledger.models import Department, Notice, Report, Staff
from ledger.reports import Content
from ledger.vocabulary import NoticeKind, ReportKind, Role

PAGE: Final = 60
REPORT: Final = "report"
"""What the round of a notice about a report begins with."""


@dataclass(frozen=True, slots=True)
class ReportLine:
    """One report; ``department`` is a key, None when it is about the whole desk."""

    id: int
    kind: ReportKind
    day: date
    department: str | None
    since: datetime
    until: datetime
    generated_at: datetime
    sent_at: datetime | None
    content: Content


@dataclass(frozen=True, slots=True)
class ReportDetail:
    """A report and the ids of those before and after it, of the same kind and about the same."""

    report: ReportLine
    earlier: int | None
    later: int | None


async def reports(
    session: AsyncSession,
    *,
    reader: Staff,
    kind: ReportKind | None = None,
    department: str | None = None,
    before: int | None = None,
) -> list[ReportLine]:
    """What ``reader`` may read, the newest first, ``PAGE`` at most; ``before`` is the last id of a page."""
    query = _readable(reader).order_by(Report.id.desc()).limit(PAGE)
    if kind:
        query = query.where(Report.kind == kind)
    if department:
        query = query.where(Department.key == department)
    if before:
        query = query.where(Report.id < before)
    return await _lines(session, query)


async def report(session: AsyncSession, report_id: int, *, reader: Staff) -> ReportDetail:
    """One report.

    Raises:
        NoSuchReport: there is none, or not for ``reader``.
    """
    found = await _lines(session, _readable(reader).where(Report.id == report_id))
    if not found:
        raise NoSuchReport(str(report_id))
    same = _readable(reader).where(
        Report.kind == found[0].kind, Department.key.is_not_distinct_from(found[0].department)
    )
    earlier = same.where(Report.day < found[0].day).order_by(Report.day.desc()).limit(1)
    later = same.where(Report.day > found[0].day).order_by(Report.day).limit(1)
    return ReportDetail(found[0], await _id(session, earlier), await _id(session, later))


async def kept(
    session: AsyncSession, *, kind: ReportKind, day: date, department: str | None
) -> ReportLine | None:
    """The report that was made of a day; None when none was."""
    query = _reports().where(Report.kind == kind, Report.day == day)
    found = await _lines(session, query.where(Department.key.is_not_distinct_from(department)))
    return found[0] if found else None


async def report_of(session: AsyncSession, notice: Notice) -> ReportLine | None:
    """The report a notice is about, if it is about one."""
    subject, _, number = notice.round.partition(":")
    if notice.kind is not NoticeKind.REPORT or subject != REPORT:
        return None
    found = await _lines(session, _reports().where(Report.id == int(number)))
    return found[0] if found else None


def line(found: Report, department: str | None) -> ReportLine:
    """A report as staff read it; ``department`` is the key of its department."""
    return ReportLine(
        id=found.id,
        kind=found.kind,
        day=found.day,
        department=department,
        since=found.since,
        until=found.until,
        generated_at=found.generated_at,
        sent_at=found.sent_at,
        content=Content.model_validate(found.content),
    )


def _reports() -> Select[Report, str]:
    return select(Report, Department.key).outerjoin(Department, Department.id == Report.department_id)


def _readable(reader: Staff) -> Select[Report, str]:
    """Who is above the agents reads all; an agent what they were told of, and their own department's."""
    if reader.role is not Role.AGENT:
        return _reports()
    told = exists().where(
        Notice.kind == NoticeKind.REPORT,
        Notice.staff_id == reader.id,
        Notice.round == func.concat(f"{REPORT}:", Report.id),
    )
    own = Report.department_id == reader.department_id if reader.department_id else false()
    return _reports().where(or_(told, own))


async def _lines(session: AsyncSession, query: Select[Report, str]) -> list[ReportLine]:
    rows: Sequence[tuple[Report, str]] = [(found, key) for found, key in await session.execute(query)]
    return [line(found, key) for found, key in rows]


async def _id(session: AsyncSession, query: Select[Report, str]) -> int | None:
    found = (await session.execute(query)).first()
    return found[0].id if found else None
