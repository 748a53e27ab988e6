"""Opening a case: number, department, owner, first entry, first clock (playbook A1 respond, B3, C1)."""

import secrets
from collections.abc import Collection
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Sequence, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.live import notify
from ledger.models import Case, Department, Staff
from ledger.policy import Policy
from ledger.services import casting, clocks, linking
from ledger.services.departments import keyed
from ledger.services.entries import OPENED, Actor, record
from ledger.services.owners import Because, Choice, choose_owner
from ledger.services.staff import PLAIN_LETTERS
from ledger.vocabulary import CaseType, Category, ClockKind, Language, Signal

NUMBERS: Final = Sequence("case_numbers")
PASS_CODE_LENGTH: Final = 6


async def open_case(
    session: AsyncSession,
    *,
    type: CaseType,
    customer_id: int,
    channel: str,
    language: Language,
    words: str,
    actor: Actor,
    policy: Policy,
    now: datetime,
    category: Category | None = None,
    signals: Collection[Signal] = (),
    message_id: int | None = None,
    conversation_id: int | None = None,
    entered_by: Staff | None = None,
    drill_id: int | None = None,
) -> Case:
    """A new case, its book begun and its first response clock running.

    ``words`` are the customer's; they choose the owner only, and are not stored here. Who enters a case for
    a customer owns it.
    """
    department = await department_for(session, policy, category, signals)
    choice = await _choose(
        session, entered_by, drill_id, customer_id=customer_id, department=department, words=words, now=now
    )
    owner = choice.owner
    case = Case(
        number=await _next_number(session, policy, now),
        pass_code="".join(secrets.choice(PLAIN_LETTERS) for _ in range(PASS_CODE_LENGTH)),
        type=type,
        customer_id=customer_id,
        channel=channel,
        language=language,
        owner=owner,
        department=department,
        entered_by_id=entered_by.id if entered_by else None,
        opened_at=now,
        drill_id=drill_id,
    )
    session.add(case)
    await session.flush()
    if conversation_id is not None:
        await linking.join(session, case, conversation_id)
    after = {
        "type": type,
        "channel": channel,
        "department": department.key if department else None,
        "owner": owner.username if owner else None,
        "because": choice.because,
        "message": message_id,
    }
    if drill_id is not None:
        after["drill"] = drill_id
    await record(session, case=case, actor=actor, action=OPENED, now=now, after=after)
    await clocks.start(session, case=case, kind=ClockKind.FIRST_RESPONSE, policy=policy, now=now)
    await notify(session, "case", case=case.id, number=case.number)
    return case


async def _choose(
    session: AsyncSession, entered_by: Staff | None, drill_id: int | None, **asked: Any
) -> Choice:
    """Who owns it: who entered it, in a played drill its agent, else whom ``choose_owner`` finds."""
    if entered_by is not None:
        return Choice(entered_by, Because.ENTERED_IT)
    if drill_id is not None and await casting.is_played(session, drill_id):
        return Choice(await casting.owner(session, drill_id), Because.FEWEST_CASES)
    return await choose_owner(session, **asked)


async def department_for(
    session: AsyncSession, policy: Policy, category: Category | None, signals: Collection[Signal]
) -> Department | None:
    """Who answers, by the policy's matrix (playbook B3); None before the departments exist."""
    by_signal = (key for signal, key in policy.matrix.signals.items() if signal in signals)
    if category is not None:
        key = policy.matrix.categories[category]
    else:
        key = next(by_signal, policy.matrix.otherwise)
    return await keyed(session, key)


async def _next_number(session: AsyncSession, policy: Policy, now: datetime) -> str:
    year = now.astimezone(policy.organisation.time_zone).year
    return f"QT-{year}-{await session.scalar(select(func.nextval(NUMBERS.name))):06d}"
