"""How a customer may be reached, kept only with their consent (playbook A10, C7)."""

from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from ledger.errors import Missing
from ledger.live import notify
from ledger.models import Customer
from ledger.services.effects import once
from ledger.services.entries import Actor, record
from ledger.services.inbound import Inbound, inbound

SHOWN_DIGITS = 4


async def give_contact(
    session: AsyncSession,
    *,
    message_id: int,
    now: datetime,
    phone: str | None = None,
    email: str | None = None,
    name: str | None = None,
) -> None:
    """Keep what the customer gave of their own accord; the giving is the consent. Effect ``give_contact``.

    The ledger says that it was given and the last digits, never the whole.

    Raises:
        Missing: nothing was given.
        NoSuchMessage
    """
    if not (phone or email or name):
        raise Missing("contact")

    async def make() -> dict[str, Any]:
        into = await inbound(session, message_id)
        customer = await session.get_one(Customer, into.conversation.customer_id)
        keep_contact(customer, phone=phone, email=email, name=name, now=now)
        await _record(session, into, "contact.given", now, given=veiled(phone, email, name))
        return {}

    await once(session, message_id, "give_contact", now, make)


async def refuse_contact(session: AsyncSession, *, message_id: int, now: datetime) -> None:
    """Record that the customer would rather not; the complaint goes on. Effect ``refuse_contact``.

    Raises:
        NoSuchMessage
    """

    async def make() -> dict[str, Any]:
        into = await inbound(session, message_id)
        customer = await session.get_one(Customer, into.conversation.customer_id)
        customer.contact_refused_at = now
        await _record(session, into, "contact.refused", now)
        return {}

    await once(session, message_id, "refuse_contact", now, make)


def keep_contact(
    customer: Customer, *, phone: str | None, email: str | None, name: str | None, now: datetime
) -> None:
    """Put down what a customer gave with their consent; what was given before and not again stays."""
    customer.phone = phone or customer.phone
    customer.email = email or customer.email
    customer.name = name or customer.name
    customer.consented_at = now
    customer.contact_refused_at = None


def veiled(phone: str | None, email: str | None, name: str | None) -> dict[str, str]:
    """What was given, recognisable to who knows it and useless to who does not."""
    given = {}
    if phone:
        given["phone"] = "…" + phone[-SHOWN_DIGITS:]
    if email:
        given["email"] = "…@" + email.rpartition("@")[2]
    if name:
        given["name"] = "…"
    return given


async def _record(session: AsyncSession, into: Inbound, action: str, now: datetime, **after: Any) -> None:
    actor = Actor.customer(into.conversation.channel)
    after = {"message": into.message.id, **after}
    await record(session, case=into.case, actor=actor, action=action, now=now, after=after)
    if into.case:
        await notify(session, "case", case=into.case.id, number=into.case.number)
