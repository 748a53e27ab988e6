"""Reports made at their hour, kept, and told once (docs/reports.md)."""

import hashlib
from collections.abc import Iterator
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.errors import NoSuchReport
from ledger.live import notify
from ledger.locks import Lock, try_for
from ledger.models import Department, Entry, Report
from ledger.policy import Policy, Schedule
from ledger.reports import KINDS, Asked, Content
from ledger.services.circle import ABOVE_AGENTS, answering, of_roles
from ledger.services.departments import keyed, known
from ledger.services.entries import SYSTEM, canonical, record
from ledger.services.notices import tell
from ledger.vocabulary import NoticeKind, ReportKind


async def make_due(session: AsyncSession, *, policy: Policy, now: datetime) -> list[Report]:
    """Make and send what is due, each once however many desks look.

    A desk that was down at the hour makes it when it is back: the latest one, about all the time since the
    one before. Nothing is made of the time before the desk began.
    """
    due = [one for one in _due(policy, now) if not await _made(session, *one)]
    if not due or not await try_for(session, Lock.REPORTS):
        return []
    began = await session.scalar(select(Entry.at).order_by(Entry.id).limit(1))
    return [
        report
        for kind, due_at in due
        if began is not None and began < due_at and not await _made(session, kind, due_at)
        for report in await _make(session, kind, due_at, policy, now)
    ]


async def preview(
    session: AsyncSession,
    *,
    kind: ReportKind,
    day: date,
    policy: Policy,
    now: datetime,
    department: Department | None = None,
) -> Report:
    """The report of ``day`` as it would be now, neither kept nor sent.

    Raises:
        NoSuchReport: the policy has no such report made.
    """
    if kind not in policy.reports:
        raise NoSuchReport(kind)
    schedule, zone = policy.reports[kind], policy.organisation.time_zone
    until = min(schedule.on(day, zone), now)
    since = schedule.before(until, zone)
    return await _generate(session, kind, day, since, until, department, policy, now)


def _due(policy: Policy, now: datetime) -> Iterator[tuple[ReportKind, datetime]]:
    for kind, schedule in policy.reports.items():
        yield kind, schedule.latest(now, policy.organisation.time_zone)


async def _made(session: AsyncSession, kind: ReportKind, due_at: datetime) -> bool:
    same = select(Report.id).where(Report.kind == kind, Report.day == due_at.date())
    return await session.scalar(same.where(Report.department_id.is_(None))) is not None


async def _make(
    session: AsyncSession, kind: ReportKind, due_at: datetime, policy: Policy, now: datetime
) -> list[Report]:
    schedule = policy.reports[kind]
    since = await _ended(session, kind) or schedule.before(due_at, policy.organisation.time_zone)
    about: list[Department | None] = [None]
    if schedule.each_department:
        about += await known(session)
    made = []
    for department in about:
        report = await _generate(session, kind, due_at.date(), since, due_at, department, policy, now)
        if department is None or not _silent(report):
            await _keep(session, report, department, now)
            await _send(session, report, department, schedule, policy, now)
            made.append(report)
    return made


async def _ended(session: AsyncSession, kind: ReportKind) -> datetime | None:
    """Where the report before ended."""
    whole = select(Report.until).where(Report.kind == kind, Report.department_id.is_(None))
    return await session.scalar(whole.order_by(Report.day.desc()).limit(1))


async def _generate(
    session: AsyncSession,
    kind: ReportKind,
    day: date,
    since: datetime,
    until: datetime,
    department: Department | None,
    policy: Policy,
    now: datetime,
) -> Report:
    asked = Asked(policy, since, until, now, department.key if department else None)
    gathered = Content(sections=tuple(await KINDS[kind].gather(session, asked)))
    content = gathered.beside(await _before(session, kind, day, department))
    content = content.model_copy(update={"analysis": tuple(KINDS[kind].conclude(content))})
    return Report(
        kind=kind,
        day=day,
        department_id=department.id if department else None,
        department=department,
        since=since,
        until=until,
        content=content.model_dump(mode="json"),
        generated_at=now,
    )


async def _before(
    session: AsyncSession, kind: ReportKind, day: date, department: Department | None
) -> Content | None:
    """What the report before said."""
    earlier = select(Report.content).where(
        Report.kind == kind,
        Report.day < day,
        Report.department_id.is_(None) if department is None else Report.department_id == department.id,
    )
    found = await session.scalar(earlier.order_by(Report.day.desc()).limit(1))
    return Content.model_validate(found) if found else None


def _silent(report: Report) -> bool:
    """Whether a department has nothing to read: nothing came, nothing is left, nothing is different."""
    return all(section.empty for section in Content.model_validate(report.content).sections)


async def _keep(session: AsyncSession, report: Report, department: Department | None, now: datetime) -> None:
    session.add(report)
    await session.flush()
    digest = hashlib.sha256(canonical(report.content).encode()).hexdigest()
    key = department.key if department else None
    after = {"kind": report.kind, "day": report.day.isoformat(), "department": key, "content": digest}
    await record(session, case=None, actor=SYSTEM, action="report.made", now=now, after=after)
    await notify(session, "report", report=report.id)


async def _send(
    session: AsyncSession,
    report: Report,
    department: Department | None,
    schedule: Schedule,
    policy: Policy,
    now: datetime,
) -> None:
    """To the department it is about; the whole one to those the policy names, else to those above."""
    places = [department] if department else [await keyed(session, key) for key in schedule.tells]
    people = [one for place in filter(None, places) for one in await answering(session, place, now)]
    if not people and department is None:
        people = await of_roles(session, ABOVE_AGENTS)
    told = await tell(
        session,
        kind=NoticeKind.REPORT,
        people=people,
        round=f"report:{report.id}",
        policy=policy,
        now=now,
        webhooks=department is None,
    )
    report.sent_at = now if told else None
