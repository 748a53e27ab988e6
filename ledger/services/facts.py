"""Facts of a case: noted from what is told, corrected when the customer corrects it (playbook A7, A10, C7).

Contacts are not among them: they are kept with the customer, by consent.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from ledger.heard import Heard
from ledger.live import notify
from ledger.models import Case, Fact, Message
from ledger.moments import resolve
from ledger.policy import Policy
from ledger.services.effects import once
from ledger.services.entries import ASSISTANT, record
from ledger.services.inbound import inbound
from ledger.vocabulary import FactKind, Signal

KINDS: Final = frozenset(FactKind)
CORRECTING: Final = "correct"
"""The intent of a message that corrects what was told before."""
CROWD: Final = frozenset({FactKind.PEOPLE, FactKind.VEHICLES, FactKind.INJURED, FactKind.DEAD})
PERSONAL: Final = frozenset({FactKind.PERSON, FactKind.PRESS_CARD})
VEIL: Final = "…"
LONGEST: Final = 200
"""Characters; what is longer is no fact but a mishearing, and too long for an index."""


@dataclass(frozen=True, slots=True)
class Told:
    """A fact as it is heard, before it stands in the case."""

    kind: FactKind
    said: str
    value: Any


async def note(
    session: AsyncSession, *, case: Case, message: Message, heard: Heard, policy: Policy, now: datetime
) -> None:
    """Keep what ``message`` tells as facts of the case, held by the caller; the same fact stands once.

    A message that corrects replaces instead, as ``correct`` does; how many there are of a crowd is the most
    that was told, since "three of us will come in" makes it no smaller.
    """
    if heard.intent == CORRECTING:
        await _replace(session, case, message, heard, policy, now)
    elif Signal.GROUP_EVENT in case.signals:
        await _outnumber(session, case, message, told(heard, message, policy), now)
    else:
        await _add(session, case, message, told(heard, message, policy), now)


async def correct(
    session: AsyncSession, *, message_id: int, heard: Heard, policy: Policy, now: datetime
) -> list[dict[str, Any]]:
    """Replace facts of the case by those of a message that corrects them; effect ``correct``.

    A fact replaces the one that the message names beside it ("not Tuesday, Wednesday"), else the latest of
    its kind told before; where there is none it is new. Returns what was replaced: ``{"kind", "before",
    "after"}`` with ``{"said", "value"}`` twice. May come before or after ``hear`` took the message in.

    Raises:
        NoSuchMessage: there is no such inbound message.
    """

    async def make() -> dict[str, Any]:
        into = await inbound(session, message_id)
        if into.case is None:
            return {"replaced": []}
        await _replace(session, into.case, into.message, heard, policy, now)
        return {"replaced": await _replaced_by(session, into.case, message_id)}

    replaced: list[dict[str, Any]] = (await once(session, message_id, CORRECTING, now, make))["replaced"]
    return replaced


async def current(session: AsyncSession, case_id: int) -> Sequence[Fact]:
    """The facts that stand, oldest first."""
    standing = select(Fact).where(Fact.case_id == case_id, Fact.replaced_by_id.is_(None))
    return (await session.scalars(standing.order_by(Fact.id))).all()


def told(heard: Heard, message: Message, policy: Policy) -> list[Told]:
    """The facts a message tells, in its order, each once; moments resolved by when and where it was sent."""
    at = message.at.astimezone(policy.organisation.time_zone)
    facts = (_told(entity, at) for entity in heard.entities if entity["entity"] in KINDS)
    found = [fact for fact in facts if len(fact.said) <= LONGEST]
    return [one for place, one in enumerate(found) if not _stands(one, found[:place])]


def _told(entity: dict[str, Any], at: datetime) -> Told:
    kind, value = FactKind(entity["entity"]), entity["value"]
    if kind is FactKind.DATE:
        value = resolve(str(value), at)
    return Told(kind, str(entity.get("said") or entity["value"]), value)


def _stands(one: Told, among: Iterable[Told | Fact]) -> bool:
    return any(other.kind == one.kind and other.value == one.value for other in among)


async def _add(
    session: AsyncSession, case: Case, message: Message, new: Sequence[Told], now: datetime
) -> list[Fact]:
    if not new:
        return []
    standing = await current(session, case.id)
    added = [
        Fact(case_id=case.id, kind=one.kind, said=one.said, value=one.value, message_id=message.id, at=now)
        for one in new
        if not _stands(one, standing)
    ]
    session.add_all(added)
    return added


async def _outnumber(
    session: AsyncSession, case: Case, message: Message, new: Sequence[Told], now: datetime
) -> None:
    """Add what is new; of a crowd's numbers the greatest of each kind takes the place of the one before."""
    standing = {fact.kind: fact for fact in await current(session, case.id) if fact.kind in CROWD}
    greatest: dict[FactKind, Told] = {}
    for one in sorted((one for one in new if one.kind in CROWD), key=lambda one: int(one.value)):
        greatest[one.kind] = one
    for kind, one in greatest.items():
        before = standing.get(kind)
        if before is None or one.value > before.value:
            await _put(session, case, message, [before] if before else [], [one], now)
    await _add(session, case, message, [one for one in new if one.kind not in CROWD], now)


async def _replace(
    session: AsyncSession,
    case: Case,
    message: Message,
    heard: Heard,
    policy: Policy,
    now: datetime,
) -> None:
    """Each kind for itself; done once, since what this message told before is not asked to replace itself."""
    if await _has_replaced(session, message.id):
        return
    heard_now = told(heard, message, policy)
    for kind in dict.fromkeys(one.kind for one in heard_now):
        named = [one for one in heard_now if one.kind == kind]
        standing = [fact for fact in await current(session, case.id) if fact.kind == kind]
        earlier = [fact for fact in standing if fact.message_id != message.id]
        wrong = [fact for fact in earlier if _stands(Told(kind, "", fact.value), named)] or earlier[-1:]
        right = [one for one in named if not _stands(one, earlier)]
        await _put(session, case, message, wrong[-1:], right[-1:], now)


async def _put(
    session: AsyncSession, case: Case, message: Message, wrong: list[Fact], right: list[Told], now: datetime
) -> None:
    """The right one in the place of the wrong one."""
    if not right:
        return
    await _add(session, case, message, right, now)
    after = next(
        fact
        for fact in await current(session, case.id)
        if fact.kind == right[0].kind and fact.value == right[0].value
    )
    for before in wrong:
        before.replaced_by_id = after.id
        await record(
            session,
            case=case,
            actor=ASSISTANT,
            action="case.corrected",
            now=now,
            before={before.kind: _booked(before)},
            after={after.kind: _booked(after), "message": message.id},
        )
    await session.flush()
    await notify(session, "case", case=case.id, number=case.number)


def _booked(fact: Fact) -> Any:
    # Entries are for ever; whose name it was stands in the fact alone.
    return VEIL if fact.kind in PERSONAL else fact.value


async def _has_replaced(session: AsyncSession, message_id: int) -> bool:
    new = aliased(Fact)
    replaced = select(Fact.id).join(new, Fact.replaced_by_id == new.id).where(new.message_id == message_id)
    return await session.scalar(replaced.limit(1)) is not None


async def _replaced_by(session: AsyncSession, case: Case, message_id: int) -> list[dict[str, Any]]:
    after = aliased(Fact)
    pairs = await session.execute(
        select(Fact, after)
        .join(after, Fact.replaced_by_id == after.id)
        .where(Fact.case_id == case.id, after.message_id == message_id)
        .order_by(Fact.id)
    )
    return [{"kind": old.kind.value, "before": _said(old), "after": _said(new)} for old, new in pairs]


def _said(fact: Fact) -> dict[str, Any]:
    return {"said": fact.said, "value": fact.value}
