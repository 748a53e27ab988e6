"""Complaints that reach a member of staff by phone or at the counter (architecture, domain rules)."""

from collections.abc import Collection
from datetime import datetime
from typing import Final, Literal
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.errors import Missing
from ledger.models import Case, Customer, Identity, Staff
from ledger.phones import tidy_phone
from ledger.policy import Policy
from ledger.services import clocks, crisis, forms, grading, secret_grades, special
from ledger.services.contact import keep_contact, veiled
from ledger.services.entries import Actor, record
from ledger.services.opening import open_case
from ledger.services.stages import enter_stage
from ledger.vocabulary import CaseType, Category, Language, Remedy, Signal, Stage

BY_PHONE = "phone"
MENTIONED: Final = "mention"
"""Nobody brought it to the desk: somebody read of it elsewhere (playbook C8)."""


async def enter_by_staff(
    session: AsyncSession,
    *,
    staff: Staff,
    channel: Literal["phone", "walk_in", "mention"],
    narrative: str,
    category: Category,
    policy: Policy,
    now: datetime,
    language: Language = Language.ZH_HANS,
    remedies: Collection[Remedy] = (),
    signals: Collection[Signal] = (),
    name: str | None = None,
    phone: str | None = None,
    email: str | None = None,
    consented: bool = False,
) -> Case:
    """Open a case for somebody who called or came; who enters it owns it (首问负责制).

    The first response is the talk itself, so its clock is stopped at once; of what was only read elsewhere
    it is still owed. Name, phone and email are kept
    only when the customer ``consented``. A phone number that called before is the same customer.

    Raises:
        Missing: the narrative is empty.
    """
    if not narrative.strip():
        raise Missing("narrative")
    phone = tidy_phone(phone, policy.organisation.region) if phone else None
    customer = await _customer(session, channel, phone if consented else None, language, now)
    if consented and (name or phone or email):
        keep_contact(customer, phone=phone, email=email, name=name, now=now)
    actor = Actor.staff(staff)
    case = await open_case(
        session,
        type=CaseType.COMPLAINT,
        customer_id=customer.id,
        channel=channel,
        language=language,
        words=narrative,
        actor=actor,
        policy=policy,
        now=now,
        category=category,
        signals=signals,
        entered_by=staff,
    )
    _classify(case, narrative.strip(), category, remedies, signals)
    given = veiled(phone, email, name) if consented else {}
    await _record_entered(session, case, actor, given, now)
    await secret_grades.by_rule(session, case=case, policy=policy, now=now)
    if channel != MENTIONED:
        await clocks.stop_first_response(session, case, staff, now)
        await enter_stage(
            session, case=case, stage=Stage.RESPOND, evidence_message_id=None, now=now, actor=actor
        )
    reasons = await special.reasons_for(session, case, signals)
    await special.flag(
        session, case=case, reasons=reasons, message_id=None, actor=actor, policy=policy, now=now
    )
    await grading.regrade(session, case=case, emotions=(), told=(), actor=actor, policy=policy, now=now)
    await crisis.recognise(session, case=case, policy=policy, now=now, actor=actor)
    await forms.open_by_themselves(session, case=case, policy=policy, now=now)
    return case


def _classify(
    case: Case, narrative: str, category: Category, remedies: Collection[Remedy], signals: Collection[Signal]
) -> None:
    case.category, case.narrative = category, narrative
    case.remedies = [str(remedy) for remedy in remedies]
    case.signals = [str(signal) for signal in signals]


async def _record_entered(
    session: AsyncSession, case: Case, actor: Actor, given: dict[str, str], now: datetime
) -> None:
    after = {
        "category": case.category,
        "remedies": case.remedies,
        "signals": case.signals,
        "contact": given,
    }
    await record(session, case=case, actor=actor, action="case.entered", now=now, after=after)


async def _customer(
    session: AsyncSession, channel: str, phone: str | None, language: Language, now: datetime
) -> Customer:
    """Who called from this number before, or somebody new; without consent the number is not kept."""
    found = await _known_by_phone(session, phone) if phone else None
    if found:
        return found
    customer = Customer(created_at=now, language=language)
    address, way = (phone, BY_PHONE) if phone else (uuid4().hex, channel)
    session.add(Identity(customer=customer, channel=way, address=address, created_at=now))
    await session.flush()
    return customer


async def _known_by_phone(session: AsyncSession, phone: str) -> Customer | None:
    known = select(Customer).join(Identity, Identity.customer_id == Customer.id)
    found: Customer | None = await session.scalar(
        known.where(Identity.channel == BY_PHONE, Identity.address == phone)
    )
    return found
