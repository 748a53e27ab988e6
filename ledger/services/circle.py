"""The circle of people each alarm goes to (playbook B1, B3, B4)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.models import Case, Clock, Department, Form, Staff, Task
from ledger.policy import Policy, Rung, TeamRole
from ledger.services.departments import duty, headquarters, is_on_duty, keyed, known
from ledger.services.roll_call import not_here
from ledger.vocabulary import Circle, ClockKind, Role, Signal

ABOVE_AGENTS: Final = (Role.SUPERVISOR, Role.ADMINISTRATOR)


async def told_of_special_user(
    session: AsyncSession, case: Case, policy: Policy, now: datetime
) -> list[Staff]:
    """The duty contacts of headquarters, and of the departments its signals concern beforehand (B6)."""
    people = await at_headquarters(session, now)
    for signal in case.signals:
        key = policy.matrix.signals.get(Signal(signal))
        concerned = await keyed(session, key) if key else None
        people += await duty(session, concerned, now) if concerned else []
    return people


async def at_headquarters(session: AsyncSession, now: datetime) -> list[Staff]:
    """Who is on duty at headquarters; with nobody on duty its head, else everybody above the agents."""
    department = await headquarters(session)
    if department is None:
        return await of_roles(session, ABOVE_AGENTS)
    return await answering(session, department, now) or await of_roles(session, ABOVE_AGENTS)


async def answering(session: AsyncSession, department: Department, now: datetime) -> list[Staff]:
    """Who answers in the department at this moment: who is on duty, else its head or who stands in."""
    return await duty(session, department, now) or await head_of(session, department, now)


async def in_charge(
    session: AsyncSession, clock: Clock, case: Case, policy: Policy, now: datetime
) -> list[Staff]:
    """Who must act before ``clock`` is due; never nobody, if anybody is there at all."""
    if clock.kind is ClockKind.HEADQUARTERS:
        return await told_of_special_user(session, case, policy, now)
    if clock.kind is ClockKind.ROLL_CALL and clock.form_id:
        return await not_here(session, clock.form_id)
    task = await session.get(Task, clock.task_id) if clock.task_id else None
    people = await _answerable(session, task.assignee_id if task else case.owner_id, now)
    people += await _named_in_form(session, clock)
    place = task.department_id if task and task.department_id else case.department_id
    own = await session.get(Department, place) if place else None
    deadline = policy.deadlines.get(clock.kind)
    told = [await keyed(session, key) for key in deadline.tells] if deadline else []
    for department in filter(None, (own, *told)):
        people += await answering(session, department, now)
    return people or await of_roles(session, ABOVE_AGENTS)


async def told_of_breach(
    session: AsyncSession, clock: Clock, case: Case, policy: Policy, now: datetime
) -> list[Staff]:
    """Who must hear that ``clock`` is past due: who is in charge, and those above them.

    Headquarters' clock has an escalation of its own (``on_rung``) instead.
    """
    people = await in_charge(session, clock, case, policy, now)
    if clock.kind is ClockKind.HEADQUARTERS:
        return people
    return people + await of_roles(session, [Role.SUPERVISOR])


async def members(
    session: AsyncSession, circle: Circle, case: Case | None, policy: Policy, now: datetime
) -> list[Staff]:
    """Whom a form tells when it says ``circle``; the owner and the department are those of its case."""
    if circle is Circle.SUPERVISORS:
        return await of_roles(session, [Role.SUPERVISOR])
    if circle is Circle.HEADQUARTERS:
        return await at_headquarters(session, now)
    if circle is Circle.OWNER:
        return await active(session, case.owner_id if case else None)
    if circle is Circle.TEAM:
        return [one for role in policy.team.roles.values() for one in await part_of_team(session, role, now)]
    keys = {
        Circle.SPOKESPERSON: (policy.press.spokesperson,),
        Circle.OFFICIALS: policy.officials.departments,
    }
    departments = [await keyed(session, key) for key in keys.get(circle, ())]
    if circle is Circle.DEPARTMENT and case and case.department_id:
        departments.append(await session.get(Department, case.department_id))
    return [one for place in filter(None, departments) for one in await answering(session, place, now)]


async def part_of_team(session: AsyncSession, role: TeamRole, now: datetime) -> list[Staff]:
    """Who takes a part in the emergency team: its departments' people, and those it names (playbook D2)."""
    departments = [await keyed(session, key) for key in role.departments]
    people = [one for place in filter(None, departments) for one in await answering(session, place, now)]
    named = select(Staff).where(Staff.username.in_(role.people), Staff.disabled_at.is_(None))
    people += await session.scalars(named.order_by(Staff.id)) if role.people else []
    return list(dict.fromkeys(people))


async def on_rung(session: AsyncSession, rung: Rung, now: datetime) -> list[Staff]:
    """Whom a step of the headquarters clock's escalation tells; nobody, if there is none."""
    if rung is Rung.SUPERVISORS:
        return await of_roles(session, [Role.SUPERVISOR])
    if rung is Rung.ADMINISTRATORS:
        return await of_roles(session, [Role.ADMINISTRATOR])
    department = await headquarters(session)
    if department is None:
        return []
    if rung is Rung.DUTY:
        return await duty(session, department, now)
    if rung is Rung.HEAD:
        return await head_of(session, department, now)
    return await active(session, department.delegate_id)


async def head_of(session: AsyncSession, department: Department, now: datetime) -> list[Staff]:
    """Who answers for the department: its head, or while the head is away its delegate (B4)."""
    head = await active(session, department.head_id)
    there = [staff for staff in head if await is_on_duty(session, staff, now)]
    return there or await active(session, department.delegate_id) or head


async def stand_ins(session: AsyncSession, staff: Staff, now: datetime) -> list[Staff]:
    """Who takes over from ``staff`` at this moment: the delegates of a head who is away."""
    if await is_on_duty(session, staff, now):
        return []
    own = [one for one in await known(session) if one.head_id == staff.id]
    return [person for one in own for person in await active(session, one.delegate_id)]


async def of_roles(session: AsyncSession, roles: Sequence[Role]) -> list[Staff]:
    """Every active account of these roles."""
    those = select(Staff).where(Staff.role.in_(roles), Staff.disabled_at.is_(None))
    return list(await session.scalars(those.order_by(Staff.id)))


async def active(session: AsyncSession, staff_id: int | None) -> list[Staff]:
    """The person with this id in a list of one; empty if there is none or the account is disabled."""
    staff = await session.get(Staff, staff_id) if staff_id else None
    return [staff] if staff and staff.disabled_at is None else []


async def _named_in_form(session: AsyncSession, clock: Clock) -> list[Staff]:
    """Who does what the clock's form is about, as its field ``who`` says."""
    form = await session.get(Form, clock.form_id) if clock.form_id else None
    if form is None or "who" not in form.filled:
        return []
    named = select(Staff).where(Staff.username == form.filled["who"], Staff.disabled_at.is_(None))
    return list(await session.scalars(named))


async def _answerable(session: AsyncSession, staff_id: int | None, now: datetime) -> list[Staff]:
    """Whoever has to act; what waits for a head who is away is the delegate's too."""
    people = await active(session, staff_id)
    return people + [one for person in people for one in await stand_ins(session, person, now)]
