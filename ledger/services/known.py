"""What the desk knows by itself: fields of forms fill themselves from the conversation (playbook C2, C7).

A source is ``case.<attribute>``, ``owner``, ``department``, ``customer.name``, ``customer.contact``,
``petition.same_matter``, ``conduct.kind``, ``identity.kind``, ``identity.place``, ``said.<signal>`` (the
words it was heard in), ``story.<part>`` (the case retold, without who anybody is), ``fact.<kind>`` or
``facts.<kind>`` (the latest one told, or all of them), ``count.<kind>`` (the latest, as a number).
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.models import Case, Customer, Department, Form, Message, Staff, case_conversations
from ledger.services import facts, retelling
from ledger.vocabulary import FactKind, Language, Signal

OF_CASE: Final = (
    "number",
    "opened_at",
    "narrative",
    "category",
    "severity",
    "signals",
    "remedies",
    "outcome",
    "root_cause",
    "remedy_given",
    "opinion",
    "rating",
    "special_reasons",
)
COUNTS: Final = (FactKind.PEOPLE, FactKind.VEHICLES, FactKind.INJURED, FactKind.DEAD)
"""What is told as a number."""
SOURCES: Final = frozenset(
    {
        *(f"case.{name}" for name in OF_CASE),
        "owner",
        "department",
        "petition.same_matter",
        "conduct.kind",
        "identity.kind",
        "identity.place",
        "said.extortion",
        "said.special_identity",
        *retelling.SOURCES,
        "customer.name",
        "customer.contact",
        *(f"fact.{kind}" for kind in FactKind),
        *(f"facts.{kind}" for kind in FactKind),
        *(f"count.{kind}" for kind in COUNTS),
    }
)


async def known(
    session: AsyncSession, case: Case | None, sources: Iterable[str], language: Language | None = None
) -> Mapping[str, Any]:
    """What is known of ``sources`` as JSON, for a case; a source that has nothing to tell is left out.

    The desk's own words are in ``language``, that of the case where none is given.
    """
    wanted = frozenset(sources)
    if case is None or not wanted:
        return {}
    words = language or case.language
    told = {name: name.partition(".")[2] for name in wanted if name.startswith("case.")}
    found = {name: _of_case(case, attribute, words) for name, attribute in told.items()}
    found |= await _people(session, case, wanted, words)
    if any(name.startswith(("fact.", "facts.", "count.", "identity.")) for name in wanted):
        found |= {name: value for name, value in (await _told(session, case)).items() if name in wanted}
    if "petition.same_matter" in wanted:
        found["petition.same_matter"] = await _concluded(session, case) or None
    if "conduct.kind" in wanted and Signal.EXTORTION in case.signals:
        found["conduct.kind"] = Signal.EXTORTION.value
    for name in (one for one in wanted if one.startswith("said.")):
        found[name] = await _said(session, case, name.removeprefix("said."))
    if wanted & set(retelling.SOURCES):
        found |= {n: text for n, text in (await retelling.first_draft(session, case)).items() if n in wanted}
    return {name: value for name, value in found.items() if value not in (None, "", [])}


async def _concluded(session: AsyncSession, case: Case) -> bool:
    """Whether a petition of this customer about the same kind of matter went through re-review (C4)."""
    those = select(Form.id).join(Case, Case.id == Form.case_id)
    those = those.where(Form.kind == "petition", Form.state == "concluded")
    those = those.where(Case.customer_id == case.customer_id, Case.category == case.category)
    return await session.scalar(those.limit(1)) is not None


def _of_case(case: Case, name: str, language: Language) -> Any:
    value = getattr(case, name)
    if name == "special_reasons":
        return [reason["words"][language] for reason in value]
    return value.isoformat() if isinstance(value, datetime) else value


async def _people(
    session: AsyncSession, case: Case, wanted: frozenset[str], language: Language
) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if "owner" in wanted and case.owner_id:
        found["owner"] = (await session.get_one(Staff, case.owner_id)).username
    if "department" in wanted and case.department_id:
        department = await session.get_one(Department, case.department_id)
        found["department"] = department.names[language]
    if {"customer.name", "customer.contact"} & wanted:
        found |= _of_customer(await session.get_one(Customer, case.customer_id))
    return {name: value for name, value in found.items() if name in wanted}


def _of_customer(customer: Customer) -> dict[str, Any]:
    """Only what the customer agreed to leave (playbook A10)."""
    if customer.consented_at is None:
        return {}
    contact = " / ".join(way for way in (customer.phone, customer.email) if way)
    return {"customer.name": customer.name, "customer.contact": contact}


async def _said(session: AsyncSession, case: Case, signal: str) -> str:
    """The customer's own words in which ``signal`` was heard."""
    words = select(Message.text).join(
        case_conversations, case_conversations.c.conversation_id == Message.conversation_id
    )
    words = words.where(case_conversations.c.case_id == case.id, Message.signals.contains([signal]))
    return "\n".join(await session.scalars(words.order_by(Message.id)))


async def _told(session: AsyncSession, case: Case) -> dict[str, Any]:
    told: dict[str, list[str]] = {}
    standing = await facts.current(session, case.id)
    for fact in standing:
        told.setdefault(fact.kind, []).append(fact.said)
    return {
        **{f"count.{fact.kind}": fact.value for fact in standing if fact.kind in COUNTS},
        **{f"fact.{kind}": said[-1] for kind, said in told.items()},
        **{f"facts.{kind}": "; ".join(said) for kind, said in told.items()},
        **_identity(told),
    }


def _identity(told: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """What somebody says they are, from the outlet or the authority they named (playbook B1)."""
    for kind, fact in (("press", FactKind.OUTLET), ("office", FactKind.AUTHORITY)):
        if fact in told:
            return {"identity.kind": kind, "identity.place": told[fact][-1]}
    return {}
