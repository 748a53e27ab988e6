"""A case grows with every message: words, category, wishes, signals (playbook A7, A8)."""

import hashlib
from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession

from ledger.heard import Heard
from ledger.live import notify
from ledger.models import Case, Department, Message, Staff
from ledger.policy import Policy
from ledger.services import facts, gathering, secret_grades
from ledger.services.entries import ASSISTANT, record
from ledger.services.inbound import Inbound
from ledger.services.opening import department_for
from ledger.services.owners import choose_owner, is_named
from ledger.telling import ENOUGH_BESIDE_A_CONTACT, ENOUGH_TOLD, words_told
from ledger.vocabulary import CaseType, Category, Kind

REACH: Final = frozenset({"phone", "email"})
GROWING: Final = ("type", "category", "further_categories", "remedies", "signals")


def story_known(case: Case) -> bool:
    """Whether enough was told to say back what happened (playbook A1 listen)."""
    return words_told(case.narrative) >= ENOUGH_TOLD


async def grow(
    session: AsyncSession, *, case: Case, into: Inbound, heard: Heard, policy: Policy, now: datetime
) -> None:
    """Take what was heard in a turn into its case, held by the caller; never twice the same words."""
    before = _standing(case)
    story = [one.text.strip() for one in gathering.told(into.messages) if _belongs_to_story(one, heard)]
    case.narrative = "\n".join([case.narrative, *story]).strip()
    if heard.kind is Kind.COMPLAINT:
        case.type = CaseType.COMPLAINT
        _classify(case, heard.category)
        for category in heard.further:
            _classify(case, category)
    case.remedies = _joined(case.remedies, heard.remedies)
    case.signals = _joined(case.signals, heard.signals)
    after = _standing(case)
    changed = [key for key in after if after[key] != before[key]]
    await record(
        session,
        case=case,
        actor=ASSISTANT,
        action="case.heard",
        now=now,
        before={key: before[key] for key in changed},
        after={key: after[key] for key in changed} | _evidence(into),
    )
    await facts.note(session, case=case, message=into.message, heard=heard, policy=policy, now=now)
    if "category" in changed or "further_categories" in changed:
        await secret_grades.by_rule(session, case=case, policy=policy, now=now)
    if "category" in changed:
        await _route_again(session, case, policy, now)
    await _keep_off_who_is_complained_about(session, case, into.text, heard, now)
    await notify(session, "case", case=case.id, number=case.number)


def _belongs_to_story(message: Message, heard: Heard) -> bool:
    """A bare phone number is for whoever calls, not for the story."""
    found = heard.entities if message.entities is None else message.entities
    if any(entity["entity"] in REACH for entity in found):
        return words_told(message.text) >= ENOUGH_BESIDE_A_CONTACT
    return bool(message.text.strip())


def _classify(case: Case, category: Category | None) -> None:
    if category is None or category is case.category:
        return
    if case.category in (None, Category.OTHER):
        case.category = category
    elif category is not Category.OTHER:
        case.further_categories = _joined(case.further_categories, [category])


def _joined(known: list[str], heard: Iterable[str]) -> list[str]:
    return list(dict.fromkeys([*known, *(str(word) for word in heard)]))


def _standing(case: Case) -> dict[str, Any]:
    return {key: getattr(case, key) for key in GROWING}


def _evidence(into: Inbound) -> dict[str, Any]:
    """The turn's message, and beside it those that were gathered with it, each with its hash."""
    gathered = [_proof(message) for message in into.messages[:-1]]
    return _proof(into.message) | ({"gathered": gathered} if gathered else {})


def _proof(message: Message) -> dict[str, Any]:
    # The words themselves may have to be erased one day; their hash proves them until then.
    return {"message": message.id, "text_sha256": hashlib.sha256(message.text.encode()).hexdigest()}


async def _route_again(session: AsyncSession, case: Case, policy: Policy, now: datetime) -> None:
    """With its proper category it goes to that department; whoever owns it stays first responsible."""
    department = await department_for(session, policy, case.category, [])
    if department is None or department.id == case.department_id:
        return
    before = await session.get(Department, case.department_id) if case.department_id else None
    case.department_id = department.id
    await record(
        session,
        case=case,
        actor=ASSISTANT,
        action="case.assigned",
        now=now,
        reason=case.category,
        before={"department": before.key if before else None},
        after={"department": department.key},
    )


async def _keep_off_who_is_complained_about(
    session: AsyncSession, case: Case, words: str, heard: Heard, now: datetime
) -> None:
    if heard.category is not Category.STAFF_ATTITUDE or case.owner_id is None:
        return
    owner = await session.get_one(Staff, case.owner_id)
    if not is_named(owner, words):
        return
    department = await session.get(Department, case.department_id) if case.department_id else None
    choice = await choose_owner(
        session, customer_id=case.customer_id, department=department, words=case.narrative, now=now
    )
    other = choice.owner
    case.owner_id = other.id if other else None
    await record(
        session,
        case=case,
        actor=ASSISTANT,
        action="case.assigned",
        now=now,
        reason="complained about",
        before={"owner": owner.username},
        after={"owner": other.username if other else None, "because": choice.because},
    )
