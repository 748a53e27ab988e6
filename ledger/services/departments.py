"""Departments: who heads them, who stands in, who is on duty (playbook B3, B4)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.errors import NoSuchDepartment
from ledger.models import Department, DutyContact, Staff
from ledger.policy import DepartmentPolicy, Policy
from ledger.services.entries import SYSTEM, Actor, record

SYNC_LOCK: Final = 7_002
KNOWN: Final = "departments"
"""Where a session keeps the departments it has read."""


async def sync(session: AsyncSession, *, policy: Policy, now: datetime) -> None:
    """Create the policy's departments that do not exist yet, and give the others its names. For the start.

    One that left the policy stays, since cases refer to it. Desks that start together do it in turn.
    """
    await session.execute(select(func.pg_advisory_xact_lock(SYNC_LOCK)))
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
    """Name the head of a department (None: nobody). ``by`` None is the command line."""
    found = await department(session, key)
    before, found.head_id = found.head_id, head.id if head else None
    await _record(session, found, by, now, "department.head", await _username(session, before), head)
    return found


async def set_delegate(
    session: AsyncSession, *, key: str, delegate: Staff | None, by: Staff | None, now: datetime
) -> Department:
    """Name who stands in for the head (指定代理人)."""
    found = await department(session, key)
    before, found.delegate_id = found.delegate_id, delegate.id if delegate else None
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


async def duty(session: AsyncSession, department: Department) -> list[Staff]:
    """Who is told first: the active people on its duty list whose own switch says on duty, in order."""
    listed = await contacts_of(session, department)
    return [staff for staff in listed if staff.on_duty and staff.disabled_at is None]


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


async def nobody_on_duty(session: AsyncSession) -> bool:
    """Whether a special user would reach nobody in particular: headquarters has no active duty contact."""
    found = await headquarters(session)
    return found is None or not await duty(session, found)


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
