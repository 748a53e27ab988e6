"""The customer register (客户档案, playbook C7): who may read it, who is one person, erasing on request."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.errors import AlreadyOnePerson, Missing, NoSuchCustomer, NotAllowed
from ledger.models import Case, Conversation, Customer, Department, Staff
from ledger.services.departments import belongs
from ledger.services.entries import Actor, record
from ledger.services.persons import members
from ledger.services.secrecy import reader_of
from ledger.views.readable import known_otherwise
from ledger.vocabulary import Role


async def customer(session: AsyncSession, customer_id: int) -> Customer:
    """The customer with this id.

    Raises:
        NoSuchCustomer
    """
    found = await session.get(Customer, customer_id)
    if found is None:
        raise NoSuchCustomer(str(customer_id))
    return found


async def view(session: AsyncSession, *, customer_id: int, staff: Staff, now: datetime) -> None:
    """Record that ``staff`` reads what is known of a customer, and let them if they need to know.

    Supervisors may read all; an agent those whose case they own or their department answers for, and whom
    they are talking to. Nobody reads of a customer whose every case is closed to them (playbook C6).

    Raises:
        NoSuchCustomer
        NotAllowed
    """
    found = await customer(session, customer_id)
    if not await may_read(session, found, staff):
        raise NotAllowed(staff.username)
    after = {"customer": found.id}
    await record(session, case=None, actor=Actor.staff(staff), action="customer.viewed", now=now, after=after)


async def may_read(session: AsyncSession, found: Customer, staff: Staff) -> bool:
    """Whether ``staff`` needs to know this customer."""
    reader = await reader_of(session, staff)
    if not await session.scalar(select(known_otherwise(reader)).where(Customer.id == found.id)):
        return False
    if staff.role is not Role.AGENT:
        return True
    own = Case.customer_id.in_(await members(session, found.id))
    needed = select(exists().where(own, needs(staff)))
    talking = select(
        exists().where(
            Conversation.customer_id.in_(await members(session, found.id)), Conversation.holder_id == staff.id
        )
    )
    return bool(await session.scalar(needed)) or bool(await session.scalar(talking))


def needs(staff: Staff) -> ColumnElement[bool]:
    """Whether a case is the business of ``staff``: theirs, or of a department they belong to."""
    theirs = select(Department.id).where(belongs(staff))
    return or_(Case.owner_id == staff.id, Case.department_id.in_(theirs))


async def link(
    session: AsyncSession, *, customer_id: int, other_id: int, reason: str, staff: Staff, now: datetime
) -> None:
    """Two customers are known to be one person: from now on they are read, replied to and known as one.

    Nothing is moved, so that ``separate`` takes nothing but the knowing back. Whoever was one person with
    either of them is so with both.

    Raises:
        NotAllowed: not a supervisor.
        Missing: no reason was given.
        NoSuchCustomer
        AlreadyOnePerson: they are, or it is the same customer.
    """
    _may_change(staff, reason)
    one, other = await customer(session, customer_id), await customer(session, other_id)
    ids = await members(session, one.id)
    if other.id in ids:
        raise AlreadyOnePerson(str(other.id))
    ids += await members(session, other.id)
    person = min(ids)
    for member in await _all(session, ids):
        member.person_id = person
    after = {"customer": one.id, "with": other.id}
    await _record(session, staff, "customer.linked", reason, now, after)


async def separate(
    session: AsyncSession, *, customer_id: int, reason: str, staff: Staff, now: datetime
) -> None:
    """This customer is somebody else than those it was linked with, who stay one person.

    Raises:
        NotAllowed: not a supervisor.
        Missing: no reason was given.
        NoSuchCustomer
        AlreadyOnePerson: it is linked with nobody.
    """
    _may_change(staff, reason)
    found = await customer(session, customer_id)
    others = [one for one in await _all(session, await members(session, found.id)) if one.id != found.id]
    if not others:
        raise AlreadyOnePerson(str(customer_id))
    found.person_id = None
    person = min(one.id for one in others) if len(others) > 1 else None
    for one in others:
        one.person_id = person
    after = {"customer": found.id, "with": min(one.id for one in others)}
    await _record(session, staff, "customer.separated", reason, now, after)


def _may_change(staff: Staff, reason: str) -> None:
    if staff.role is Role.AGENT:
        raise NotAllowed(staff.username)
    if not reason.strip():
        raise Missing("reason")


async def _all(session: AsyncSession, ids: Sequence[int]) -> Sequence[Customer]:
    return (await session.scalars(select(Customer).where(Customer.id.in_(ids)).with_for_update())).all()


async def _record(
    session: AsyncSession, staff: Staff, action: str, reason: str, now: datetime, after: dict[str, int]
) -> None:
    actor = Actor.staff(staff)
    await record(session, case=None, actor=actor, action=action, now=now, reason=reason.strip(), after=after)
