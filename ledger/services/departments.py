"""Departments: who heads them, who stands in, who is on duty (playbook B3, B4)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, delete, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import contains_eager, joinedload

from ledger import roster
from ledger.errors import NoDelegate, NoSuchDepartment
from ledger.locks import Lock, wait_for
from ledger.models import Department, DutyContact, DutyShift, Staff
from ledger.policy import DepartmentPolicy, Policy
from ledger.services.entries import SYSTEM, Actor, record

KNOWN: Final = "departments"
"""Where a session keeps the departments it has read."""


async def sync(session: AsyncSession, *, policy: Policy, now: datetime) -> None:
    """Create the policy's departments that do not exist yet, and give the others its names. For the start.

    One that left the policy stays, since cases refer to it. Desks that start together do it in turn.
    """
    await wait_for(session, Lock.DEPARTMENTS)
    existing = {department.key: department for department in await session.scalars(select(Department))}
    for wanted in policy.departments:
        if wanted.key in existing:
            _rename(existing[wanted.key], wanted)
        else:
            await _create(session, wanted, now)
    for key, department in existing.items():
        department.headquarters = key == policy.headquarters.key
    await session.flush()
    session.info.pop(KNOWN, None)


async def list_departments(session: AsyncSession) -> list[Department]:
    """All departments, headquarters first."""
    order = (Department.headquarters.desc(), Department.id)
    return list(await session.scalars(select(Department).order_by(*order)))


async def department(session: AsyncSession, key: str) -> Department:
    """The department with this key.

    Raises:
        NoSuchDepartment
    """
    found = await session.scalar(select(Department).where(Department.key == key))
    if found is None:
        raise NoSuchDepartment(key)
    return found


async def set_head(
    session: AsyncSession, *, key: str, head: Staff | None, by: Staff | None, now: datetime
) -> Department:
    """Name the head of a department (None: nobody). ``by`` None is the command line.

    Raises:
        NoSuchDepartment
        NoDelegate: the new head is away, and nobody stands in.
    """
    found = await department(session, key)
    before, found.head_id = found.head_id, head.id if head else None
    await _must_be_answered_for(session, found, now)
    await _record(session, found, by, now, "department.head", await _username(session, before), head)
    return found


async def set_delegate(
    session: AsyncSession, *, key: str, delegate: Staff | None, by: Staff | None, now: datetime
) -> Department:
    """Name who stands in for the head (指定代理人).

    Raises:
        NoSuchDepartment
        NoDelegate: the head is away, and this one cannot stand in.
    """
    found = await department(session, key)
    before, found.delegate_id = found.delegate_id, delegate.id if delegate else None
    await _must_be_answered_for(session, found, now)
    await _record(session, found, by, now, "department.delegate", await _username(session, before), delegate)
    return found


async def set_duty(
    session: AsyncSession, *, key: str, contacts: Sequence[Staff], by: Staff | None, now: datetime
) -> Department:
    """Replace the department's duty list, first told first."""
    found = await department(session, key)
    before = [staff.username for staff in await contacts_of(session, found)]
    await session.execute(delete(DutyContact).where(DutyContact.department_id == found.id))
    for position, staff in enumerate(contacts):
        session.add(DutyContact(department_id=found.id, staff_id=staff.id, position=position))
    await record(
        session,
        case=None,
        actor=Actor.staff_or_command(by),
        action="department.duty",
        now=now,
        before={"department": key, "staff": before},
        after={"department": key, "staff": [staff.username for staff in contacts]},
    )
    return found


async def contacts_of(session: AsyncSession, department: Department) -> list[Staff]:
    """The department's duty list, in order, whether or not they are on duty now."""
    listed = select(Staff).join(DutyContact, DutyContact.staff_id == Staff.id)
    listed = listed.where(DutyContact.department_id == department.id)
    return list(await session.scalars(listed.order_by(DutyContact.position, Staff.id)))


async def duty(session: AsyncSession, department: Department, now: datetime) -> list[Staff]:
    """Who is told first: those whose shift of its roster runs, or without a roster its duty list, in order.

    Only active people, and nobody whose own switch says off duty.
    """
    listed, shifts = await _listed(session, department)
    if planned := roster.standing(shifts, now):
        listed = list(dict.fromkeys(shift.staff for shift in roster.running(planned, now)))
    return [staff for staff in listed if staff.on_duty and staff.disabled_at is None]


async def is_on_duty(session: AsyncSession, staff: Staff, now: datetime) -> bool:
    """Whether ``staff`` is there: active, switched on, and in a shift if they stand in any roster."""
    if not staff.on_duty or staff.disabled_at is not None:
        return False
    own = select(DutyShift.department_id).where(DutyShift.staff_id == staff.id)
    shifts = (await session.scalars(select(DutyShift).where(DutyShift.department_id.in_(own)))).all()
    planned = roster.standing(shifts, now)
    if staff.id not in {shift.staff_id for shift in planned}:
        return True
    places = {shift.department_id for shift in planned}
    now_there = (
        roster.running([one for one in planned if one.department_id == place], now) for place in places
    )
    return any(shift.staff_id == staff.id for shifts in now_there for shift in shifts)


async def shifts_of(session: AsyncSession, department: Department) -> list[DutyShift]:
    """The department's roster, the weekly shifts first, with whose they are."""
    planned = select(DutyShift).where(DutyShift.department_id == department.id)
    order = (DutyShift.day.nulls_first(), DutyShift.weekday, DutyShift.opens, DutyShift.id)
    return list(await session.scalars(planned.order_by(*order).options(joinedload(DutyShift.staff))))


async def left_alone_by(session: AsyncSession, staff: Staff, now: datetime) -> list[Department]:
    """The departments nobody would answer for if ``staff`` went: its head, or who stands in for the head."""
    return [
        one
        for one in await known(session)
        if one.head_id and staff.id in (one.head_id, one.delegate_id)
        if not await _somebody_else(session, one, staff, now)
    ]


async def answered_for(session: AsyncSession, department: Department, now: datetime) -> bool:
    """Whether head or delegate is there (playbook B4); a department without a head has nobody to be away."""
    if department.head_id is None:
        return True
    people = [await session.get(Staff, one) for one in (department.head_id, department.delegate_id) if one]
    return any([await is_on_duty(session, person, now) for person in people if person])


def belongs(staff: Staff) -> ColumnElement[bool]:
    """Whether the row of ``departments`` is one of theirs: they work there, lead it or stand on its list."""
    listed = select(DutyContact.department_id).where(DutyContact.staff_id == staff.id)
    theirs = [Department.id.in_(listed), Department.head_id == staff.id, Department.delegate_id == staff.id]
    if staff.department_id is not None:
        theirs.append(Department.id == staff.department_id)
    return or_(*theirs)


async def headquarters(session: AsyncSession) -> Department | None:
    """The department that is told of special users; None before the first ``sync``."""
    return next((one for one in await known(session) if one.headquarters), None)


async def keyed(session: AsyncSession, key: str) -> Department | None:
    """The department with this key; None when there is none."""
    return next((one for one in await known(session) if one.key == key), None)


async def known(session: AsyncSession) -> Sequence[Department]:
    """All departments, a handful, read once a transaction."""
    if KNOWN not in session.info:
        session.info[KNOWN] = (await session.scalars(select(Department).order_by(Department.id))).all()
    found: Sequence[Department] = session.info[KNOWN]
    return found


async def nobody_on_duty(session: AsyncSession, now: datetime) -> bool:
    """Whether a special user would reach nobody in particular: headquarters has no active duty contact."""
    found = await headquarters(session)
    return found is None or not await duty(session, found, now)


async def _listed(session: AsyncSession, department: Department) -> tuple[list[Staff], list[DutyShift]]:
    """Duty list and roster in one statement."""
    contact = and_(DutyContact.staff_id == Staff.id, DutyContact.department_id == department.id)
    shift = and_(DutyShift.staff_id == Staff.id, DutyShift.department_id == department.id)
    found = await session.execute(
        select(Staff, DutyContact.position, DutyShift)
        .outerjoin(DutyContact, contact)
        .outerjoin(DutyShift, shift)
        .where(or_(DutyContact.staff_id.is_not(None), DutyShift.id.is_not(None)))
        .order_by(DutyContact.position, Staff.id, DutyShift.id)
        .options(contains_eager(DutyShift.staff))
    )
    rows = found.all()
    listed = dict.fromkeys(staff for staff, position, _ in rows if position is not None)
    return list(listed), [shift for _, _, shift in rows if shift is not None]


async def _somebody_else(session: AsyncSession, department: Department, staff: Staff, now: datetime) -> bool:
    """Whether the department's other one, head or delegate, is there."""
    other = department.delegate_id if department.head_id == staff.id else department.head_id
    person = await session.get(Staff, other) if other and other != staff.id else None
    return person is not None and await is_on_duty(session, person, now)


async def _must_be_answered_for(session: AsyncSession, department: Department, now: datetime) -> None:
    if not await answered_for(session, department, now):
        raise NoDelegate(department.key)


async def _create(session: AsyncSession, wanted: DepartmentPolicy, now: datetime) -> None:
    names: dict[str, Any] = {str(language): name for language, name in wanted.names.items()}
    session.add(Department(key=wanted.key, names=names, headquarters=wanted.headquarters))
    after = {"department": wanted.key}
    await record(session, case=None, actor=SYSTEM, action="department.created", now=now, after=after)


def _rename(existing: Department, wanted: DepartmentPolicy) -> None:
    existing.names = {str(language): name for language, name in wanted.names.items()}


async def _username(session: AsyncSession, staff_id: int | None) -> str | None:
    staff = await session.get(Staff, staff_id) if staff_id else None
    return staff.username if staff else None


async def _record(
    session: AsyncSession,
    department: Department,
    by: Staff | None,
    now: datetime,
    action: str,
    before: str | None,
    after: Staff | None,
) -> None:
    await record(
        session,
        case=None,
        actor=Actor.staff_or_command(by),
        action=action,
        now=now,
        before={"department": department.key, "staff": before},
        after={"department": department.key, "staff": after.username if after else None},
    )
