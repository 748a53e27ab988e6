"""A case grows with every message: words, category, wishes, signals; its severity only rises (A7, A8, B5)."""

import hashlib
import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession

from ledger.heard import Heard
from ledger.live import notify
from ledger.models import Case, Department, Message, Staff
from ledger.policy import Policy
from ledger.services import facts
from ledger.services.entries import ASSISTANT, record
from ledger.services.opening import department_for
from ledger.services.owners import choose_owner, is_named
from ledger.severity import grade
from ledger.vocabulary import CaseType, Category, Kind, Severity

ENOUGH_TOLD: Final = 12
"""Chinese characters, or twice as many English words' worth, that make a story one can say back."""
ENOUGH_BESIDE_A_CONTACT: Final = 8
EMAIL: Final = re.compile(r"\S+@\S+")
WORD: Final = re.compile(r"[a-zA-Z']+")
HAN: Final = re.compile(r"[㐀-鿿]")
REACH: Final = frozenset({"phone", "email"})
GRAVITY: Final = tuple(Severity)
GROWING: Final = ("type", "category", "further_categories", "remedies", "signals", "severity")


def words_told(text: str) -> int:
    """How much a text tells: a Chinese character counts one, an English word two."""
    text = EMAIL.sub(" ", text)
    return len(HAN.findall(text)) + 2 * len(WORD.findall(text))


def story_known(case: Case) -> bool:
    """Whether enough was told to say back what happened (playbook A1 listen)."""
    return words_told(case.narrative) >= ENOUGH_TOLD


async def grow(
    session: AsyncSession, *, case: Case, message: Message, heard: Heard, policy: Policy, now: datetime
) -> None:
    """Take what was heard in ``message`` into the case, held by the caller; never twice the same words."""
    before = _standing(case)
    if _belongs_to_story(message.text, heard):
        case.narrative = f"{case.narrative}\n{message.text.strip()}".strip()
    if heard.kind is Kind.COMPLAINT:
        case.type = CaseType.COMPLAINT
        _classify(case, heard.category)
        for category in heard.further:
            _classify(case, category)
    case.remedies = _joined(case.remedies, heard.remedies)
    case.signals = _joined(case.signals, heard.signals)
    case.severity = _worse(case.severity, grade(heard.signals, heard.category, heard.emotion))
    after = _standing(case)
    changed = [key for key in after if after[key] != before[key]]
    await record(
        session,
        case=case,
        actor=ASSISTANT,
        action="case.heard",
        now=now,
        before={key: before[key] for key in changed},
        after={key: after[key] for key in changed} | _evidence(message),
    )
    await facts.note(session, case=case, message=message, heard=heard, policy=policy, now=now)
    if "category" in changed:
        await _route_again(session, case, policy, now)
    await _keep_off_who_is_complained_about(session, case, message, heard, now)
    await notify(session, "case", case=case.id, number=case.number)


def _belongs_to_story(text: str, heard: Heard) -> bool:
    """A bare phone number is for whoever calls, not for the story."""
    if any(found["entity"] in REACH for found in heard.entities):
        return words_told(text) >= ENOUGH_BESIDE_A_CONTACT
    return bool(text.strip())


def _classify(case: Case, category: Category | None) -> None:
    if category is None or category is case.category:
        return
    if case.category in (None, Category.OTHER):
        case.category = category
    elif category is not Category.OTHER:
        case.further_categories = _joined(case.further_categories, [category])


def _joined(known: list[str], heard: Iterable[str]) -> list[str]:
    return list(dict.fromkeys([*known, *(str(word) for word in heard)]))


def _worse(one: Severity, other: Severity) -> Severity:
    return max(one, other, key=GRAVITY.index)


def _standing(case: Case) -> dict[str, Any]:
    return {key: getattr(case, key) for key in GROWING}


def _evidence(message: Message) -> dict[str, Any]:
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
    session: AsyncSession, case: Case, message: Message, heard: Heard, now: datetime
) -> None:
    if heard.category is not Category.STAFF_ATTITUDE or case.owner_id is None:
        return
    owner = await session.get_one(Staff, case.owner_id)
    if not is_named(owner, message.text):
        return
    department = await session.get(Department, case.department_id) if case.department_id else None
    other = await choose_owner(
        session, customer_id=case.customer_id, department=department, words=case.narrative
    )
    case.owner_id = other.id if other else None
    await record(
        session,
        case=case,
        actor=ASSISTANT,
        action="case.assigned",
        now=now,
        reason="complained about",
        before={"owner": owner.username},
        after={"owner": other.username if other else None},
    )
