"""What the register knows of customers, for whoever needs to know (playbook C7)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload, selectinload

from ledger.models import Case, Customer, Form, Identity, Staff
from ledger.secrecy import Reader
from ledger.services.persons import members
from ledger.services.register import needs
from ledger.views.forms import FormLine, forms_of
from ledger.views.readable import known_openly, readable
from ledger.vocabulary import CaseStatus, Category, Language, Role

FOUND: Final = 50
SHORTEST_NUMBER: Final = 4
MARKS: Final = ("conduct", "special_user")
"""The kinds of form that say what somebody is held to be (playbook B1, B8)."""


@dataclass(frozen=True, slots=True)
class CustomerRow:
    """A customer on the list; name and contact are None where they were not kept."""

    id: int
    name: str | None
    phone: str | None
    email: str | None
    consented: bool
    refused: bool
    erased_at: datetime | None
    cases: tuple[str, ...]
    open_cases: int
    special: bool


@dataclass(frozen=True, slots=True)
class Address:
    """How somebody reached the desk, and which of the person's customers that was."""

    customer: int
    channel: str
    display_name: str | None
    since: datetime


@dataclass(frozen=True, slots=True)
class PastCase:
    """A case of the customer's with its outcome; ``reasons`` are those of a special user.

    ``marks`` are the papers that say what the customer, or the complaint, was held to be, and why.
    """

    number: str
    category: Category | None
    status: CaseStatus
    opened_at: datetime
    owner: str | None
    remedy: str | None
    outcome: str | None
    rating: int | None
    opinion: str | None
    reasons: list[dict[str, object]]
    marks: list[FormLine]


@dataclass(frozen=True, slots=True)
class CustomerDetail:
    """Everything the register knows of one person.

    ``members`` are the customers known to be them; ``alike`` the ones that gave the same phone or e-mail and
    may be them.
    """

    members: list[CustomerRow]
    language: Language
    addresses: list[Address]
    cases: list[PastCase]
    alike: list[CustomerRow]


async def search(session: AsyncSession, *, words: str, staff: Staff) -> list[CustomerRow]:
    """Customers whose name, phone, e-mail or case number has ``words``, the newest first.

    Supervisors find everybody, agents those they need to know; nobody those whose every case has a secret
    grade, who are met on its page alone (decision 0030). Without words: the newest.
    """
    query = select(Customer).options(selectinload(Customer.identities)).where(known_openly())
    if words := words.strip():
        query = query.where(_says(words))
    if staff.role is Role.AGENT:
        query = query.where(exists().where(Case.customer_id == Customer.id, needs(staff)))
    found = (await session.scalars(query.order_by(Customer.id.desc()).limit(FOUND))).all()
    return await _rows(session, found)


async def person(session: AsyncSession, customer_id: int, *, reader: Reader) -> CustomerDetail | None:
    """The person this customer is; None when there is no such customer.

    Cases whose secret grade is closed to ``reader`` are not among theirs (playbook C6).
    """
    if await session.get(Customer, customer_id) is None:
        return None
    ids = await members(session, customer_id)
    same = (await session.scalars(select(Customer).where(Customer.id.in_(ids)).order_by(Customer.id))).all()
    return CustomerDetail(
        members=await _rows(session, same),
        language=same[0].language,
        addresses=await _addresses(session, ids),
        cases=await _cases(session, ids, reader),
        alike=await _alike(session, same),
    )


def _says(words: str) -> ColumnElement[bool]:
    digits = "".join(letter for letter in words if letter.isdecimal())
    contains = [
        Customer.name.icontains(words, autoescape=True),
        Customer.email.icontains(words, autoescape=True),
        exists().where(Case.customer_id == Customer.id, Case.number == words.upper()),
        exists().where(
            Identity.customer_id == Customer.id, Identity.display_name.icontains(words, autoescape=True)
        ),
    ]
    if len(digits) >= SHORTEST_NUMBER:
        contains.append(Customer.phone.contains(digits, autoescape=True))
    return or_(*contains)


async def _rows(session: AsyncSession, found: Sequence[Customer]) -> list[CustomerRow]:
    ids = [one.id for one in found]
    held = select(Case.customer_id, Case.number, Case.status, Case.special_since)
    held = held.where(Case.secret_grade.is_(None))
    cases = (await session.execute(held.where(Case.customer_id.in_(ids)).order_by(Case.id.desc()))).all()
    return [_row(one, [case for case in cases if case.customer_id == one.id]) for one in found]


def _row(one: Customer, cases: Sequence[Any]) -> CustomerRow:
    return CustomerRow(
        id=one.id,
        name=one.name,
        phone=one.phone,
        email=one.email,
        consented=one.consented_at is not None,
        refused=one.contact_refused_at is not None,
        erased_at=one.erased_at,
        cases=tuple(case.number for case in cases),
        open_cases=sum(case.status is CaseStatus.OPEN for case in cases),
        special=any(case.special_since is not None for case in cases),
    )


async def _addresses(session: AsyncSession, ids: Sequence[int]) -> list[Address]:
    rows = select(Identity).where(Identity.customer_id.in_(ids)).order_by(Identity.id)
    return [
        Address(one.customer_id, one.channel, one.display_name, one.created_at)
        for one in await session.scalars(rows)
    ]


async def _cases(session: AsyncSession, ids: Sequence[int], reader: Reader) -> list[PastCase]:
    own = select(Case).where(Case.customer_id.in_(ids), readable(reader)).order_by(Case.id.desc())
    cases = (await session.scalars(own.options(joinedload(Case.owner)))).all()
    marking = Form.kind.in_(MARKS), Form.case_id.in_([one.id for one in cases])
    marked = set(await session.scalars(select(Form.case_id).where(*marking)))
    return [
        PastCase(
            number=case.number,
            category=case.category,
            status=case.status,
            opened_at=case.opened_at,
            owner=case.owner.name if case.owner else None,
            remedy=case.remedy_given,
            outcome=case.outcome,
            rating=case.rating,
            opinion=case.opinion,
            reasons=list(case.special_reasons),
            marks=await _marks(session, case.id) if case.id in marked else [],
        )
        for case in cases
    ]


async def _marks(session: AsyncSession, case_id: int) -> list[FormLine]:
    return [line for line in await forms_of(session, case_id) if line.kind in MARKS]


async def _alike(session: AsyncSession, same: Sequence[Customer]) -> list[CustomerRow]:
    """Others with the same phone or e-mail."""
    phones = [one.phone for one in same if one.phone]
    emails = [one.email for one in same if one.email]
    alike = or_(Customer.phone.in_(phones), Customer.email.in_(emails))
    others = select(Customer).where(alike, Customer.id.not_in([one.id for one in same]))
    return await _rows(session, (await session.scalars(others.order_by(Customer.id).limit(FOUND))).all())
