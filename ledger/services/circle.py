"""The circle of people each alarm goes to (playbook B1, B3, B4)."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.models import Case, Clock, Department, Staff, Task
from ledger.policy import Policy, Rung
from ledger.services.departments import duty, headquarters, keyed
from ledger.vocabulary import Circle, ClockKind, Role, Signal

ABOVE_AGENTS: Final = (Role.SUPERVISOR, Role.ADMINISTRATOR)


async def told_of_special_user(session: AsyncSession, case: Case, policy: Policy) -> list[Staff]:
    """The duty contacts of headquarters, and of the departments its signals concern beforehand (B6)."""
    people = await at_headquarters(session)
    for signal in case.signals:
        key = policy.matrix.signals.get(Signal(signal))
        concerned = await keyed(session, key) if key else None
        people += await duty(session, concerned) if concerned else []
    return people


async def at_headquarters(session: AsyncSession) -> list[Staff]:
    """Who is on duty at headquarters; with nobody on duty its head, else everybody above the agents."""
    department = await headquarters(session)
    if department is None:
        return await of_roles(session, ABOVE_AGENTS)
    on_duty = await duty(session, department) or await head_of(session, department)
    return on_duty or await of_roles(session, ABOVE_AGENTS)


async def in_charge(session: AsyncSession, clock: Clock, case: Case, policy: Policy) -> list[Staff]:
    """Who must act before ``clock`` is due; never nobody, if anybody is there at all."""
    if clock.kind is ClockKind.HEADQUARTERS:
        return await told_of_special_user(session, case, policy)
    people = await _answerable(session, clock, case)
    answering = await session.get(Department, case.department_id) if case.department_id else None
    deadline = policy.deadlines.get(clock.kind)
    told = [await keyed(session, key) for key in deadline.tells] if deadline else []
    for department in filter(None, (answering, *told)):
        people += await _there(session, department)
    return people or await of_roles(session, ABOVE_AGENTS)


async def told_of_breach(session: AsyncSession, clock: Clock, case: Case, policy: Policy) -> list[Staff]:
    """Who must hear that ``clock`` is past due: who is in charge, and those above them.

    Headquarters' clock has an escalation of its own (``on_rung``) instead.
    """
    people = await in_charge(session, clock, case, policy)
    if clock.kind is ClockKind.HEADQUARTERS:
        return people
    return people + await of_roles(session, [Role.SUPERVISOR])


async def members(session: AsyncSession, circle: Circle, case: Case | None, policy: Policy) -> list[Staff]:
    """Whom a form tells when it says ``circle``; the owner and the department are those of its case."""
    if circle is Circle.SUPERVISORS:
        return await of_roles(session, [Role.SUPERVISOR])
    if circle is Circle.HEADQUARTERS:
        return await at_headquarters(session)
    if circle is Circle.OWNER:
        return await active(session, case.owner_id if case else None)
    keys = {
        Circle.SPOKESPERSON: (policy.press.spokesperson,),
        Circle.OFFICIALS: policy.officials.departments,
    }
    departments = [await keyed(session, key) for key in keys.get(circle, ())]
    if circle is Circle.DEPARTMENT and case and case.department_id:
        departments.append(await session.get(Department, case.department_id))
    return [one for place in filter(None, departments) for one in await _there(session, place)]


async def _there(session: AsyncSession, department: Department) -> list[Staff]:
    return await duty(session, department) or await head_of(session, department)


async def on_rung(session: AsyncSession, rung: Rung) -> list[Staff]:
    """Whom a step of the headquarters clock's escalation tells; nobody, if there is none."""
    if rung is Rung.SUPERVISORS:
        return await of_roles(session, [Role.SUPERVISOR])
    if rung is Rung.ADMINISTRATORS:
        return await of_roles(session, [Role.ADMINISTRATOR])
    department = await headquarters(session)
    if department is None:
        return []
    if rung is Rung.DUTY:
        return await duty(session, department)
    if rung is Rung.HEAD:
        return await head_of(session, department)
    return await active(session, department.delegate_id)


async def head_of(session: AsyncSession, department: Department) -> list[Staff]:
    """Who answers for the department: its head, or while the head is away its delegate (B4)."""
    head = await active(session, department.head_id)
    return [staff for staff in head if staff.on_duty] or await active(session, department.delegate_id) or head


async def of_roles(session: AsyncSession, roles: Sequence[Role]) -> list[Staff]:
    """Every active account of these roles."""
    those = select(Staff).where(Staff.role.in_(roles), Staff.disabled_at.is_(None))
    return list(await session.scalars(those.order_by(Staff.id)))


async def active(session: AsyncSession, staff_id: int | None) -> list[Staff]:
    """The person with this id in a list of one; empty if there is none or the account is disabled."""
    staff = await session.get(Staff, staff_id) if staff_id else None
    return [staff] if staff and staff.disabled_at is None else []


async def _answerable(session: AsyncSession, clock: Clock, case: Case) -> list[Staff]:
    task = await session.get(Task, clock.task_id) if clock.task_id else None
    return await active(session, task.assignee_id if task else case.owner_id)
