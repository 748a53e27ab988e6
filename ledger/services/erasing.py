"""Erasing a customer's personal data on request (playbook A10, C7). What stays, and why: docs/register.md."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.errors import Missing, NotAllowed, StillOpen
from ledger.models import Case, Conversation, Customer, Edit, Fact, Identity, Message, Staff
from ledger.phones import as_people_write_it
from ledger.services.entries import Actor, record
from ledger.services.facts import PERSONAL, VEIL
from ledger.services.persons import members
from ledger.services.register import customer
from ledger.services.staff_entry import BY_PHONE
from ledger.vocabulary import Author, CaseStatus, Role

REACH: Final = frozenset({"phone", "email"})
SHORTEST: Final = 2
"""A name of one letter stands in too many words to be looked for."""


async def erase(session: AsyncSession, *, customer_id: int, reason: str, staff: Staff, now: datetime) -> None:
    """Remove who the customer is: name, phone, e-mail, display names, numbers they called from, and these
    words wherever they told them. Of everybody who is known to be the same person.

    The case, its course and its book stay, without a name. Asked for again it is done again, for what came
    since.

    Raises:
        NotAllowed: not a supervisor.
        Missing: no reason was given.
        NoSuchCustomer
        StillOpen: a case of theirs is open, and they could not be answered any more.
    """
    if staff.role is Role.AGENT:
        raise NotAllowed(staff.username)
    if not reason.strip():
        raise Missing("reason")
    await customer(session, customer_id)
    ids = await members(session, customer_id)
    await _nothing_open(session, ids)
    people = (await session.scalars(select(Customer).where(Customer.id.in_(ids)).with_for_update())).all()
    identities = (await session.scalars(select(Identity).where(Identity.customer_id.in_(ids)))).all()
    words = _words(people, identities)
    erased = await _veil_what_was_told(session, ids, words)
    for person in people:
        person.name = person.phone = person.email = person.consented_at = None
        person.erased_at = now
    for identity in identities:
        identity.display_name = None
        if identity.channel == BY_PHONE:
            identity.address = f"{VEIL}{identity.id}"
    await record(
        session,
        case=None,
        actor=Actor.staff(staff),
        action="customer.erased",
        now=now,
        reason=reason.strip(),
        after={"customer": customer_id, "customers": ids, "messages": erased},
    )


async def _nothing_open(session: AsyncSession, ids: Sequence[int]) -> None:
    open_one = select(Case.number).where(Case.customer_id.in_(ids), Case.status == CaseStatus.OPEN)
    if number := await session.scalar(open_one.limit(1)):
        raise StillOpen(number)


def _words(people: Sequence[Customer], identities: Sequence[Identity]) -> list[str]:
    """What must not stand anywhere any more, the longest first."""
    known = [word for one in people for word in (one.name, one.email) if word]
    phones = [one.phone for one in people if one.phone]
    phones += [one.address for one in identities if one.channel == BY_PHONE]
    known += [form for phone in phones for form in as_people_write_it(phone)]
    return sorted({word for word in known if len(word) >= SHORTEST}, key=len, reverse=True)


async def _veil_what_was_told(session: AsyncSession, ids: Sequence[int], words: Sequence[str]) -> int:
    """In messages and their edits, stories and facts; how many messages were changed."""
    talks = select(Conversation.id).where(Conversation.customer_id.in_(ids))
    cases = (await session.scalars(select(Case).where(Case.customer_id.in_(ids)).with_for_update())).all()
    told = (await session.scalars(select(Message).where(Message.conversation_id.in_(talks)))).all()
    named = select(Fact).where(Fact.case_id.in_([case.id for case in cases]), Fact.kind.in_(PERSONAL))
    facts = (await session.scalars(named)).all()
    found = [*words, *(word for message in told for word in _contacts_in(message))]
    found += [fact.said for fact in facts if len(fact.said) >= SHORTEST]
    changed = [message for message in told if _veil_message(message, found)]
    edits = select(Edit).where(Edit.message_id.in_([message.id for message in told]))
    for edit in await session.scalars(edits):
        edit.text = _veiled(edit.text, found)
    for case in cases:
        case.narrative = _veiled(case.narrative, found)
    for fact in facts:
        # Two people of one case stay two.
        fact.said, fact.value = VEIL, f"{VEIL}{fact.id}"
    return len(changed)


def _contacts_in(message: Message) -> list[str]:
    """The numbers and addresses that were heard in a customer's message, as they were written."""
    if message.author is not Author.CUSTOMER:
        return []
    heard = [one for one in message.entities or [] if one.get("entity") in REACH]
    return [str(word) for one in heard for word in (one.get("said"), one.get("value")) if word]


def _veil_message(message: Message, words: Sequence[str]) -> bool:
    text, entities = _veiled(message.text, words), _without_reach(message.entities)
    changed = text != message.text or entities != message.entities
    message.text, message.entities = text, entities
    return changed


def _without_reach(entities: list[dict[str, Any]] | None) -> list[dict[str, Any]] | None:
    if entities is None:
        return None
    return [one for one in entities if one.get("entity") not in {*REACH, *PERSONAL}]


def _veiled(text: str, words: Sequence[str]) -> str:
    for word in words:
        text = text.replace(word, VEIL)
    return text
