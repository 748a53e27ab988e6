"""Flagging special users (特殊用户, playbook B1): entry, half-hour clock and notices, at that moment."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.live import notify
from ledger.models import Case, Staff
from ledger.policy import Policy
from ledger.services import clocks, green_channel
from ledger.services.circle import told_of_special_user
from ledger.services.entries import Actor, record
from ledger.services.notices import tell
from ledger.services.persons import members
from ledger.special import SPECIAL_SIGNALS
from ledger.vocabulary import ClockKind, Language, NoticeKind, Signal

REASONS: Final = Path(__file__).parents[1] / "texts" / "reasons.yml"
SPECIAL_BEFORE: Final = "special_before"
BY_STAFF: Final = "flagged_by_staff"

Words = Mapping[str, str]


async def flag_signals(
    session: AsyncSession,
    *,
    case: Case,
    signals: Collection[Signal],
    message_id: int,
    actor: Actor,
    policy: Policy,
    now: datetime,
) -> bool:
    """Flag the case, held by the caller, for what was heard in a message or who wrote it.

    Returns whether it became special just now.
    """
    reasons = await reasons_for(session, case, signals)
    return await flag(
        session, case=case, reasons=reasons, message_id=message_id, actor=actor, policy=policy, now=now
    )


async def flag(
    session: AsyncSession,
    *,
    case: Case,
    reasons: Sequence[tuple[str, Words]],
    message_id: int | None,
    actor: Actor,
    policy: Policy,
    now: datetime,
) -> bool:
    """Add ``reasons`` (code, words by language) that are new; whether the case became special just now.

    New reasons start headquarters' clock, unless it is running: what was acknowledged before was less.
    """
    known = {reason["code"] for reason in case.special_reasons}
    new = [(code, words) for code, words in reasons if code not in known]
    if not new:
        return False
    newly = case.special_since is None
    case.special_reasons = [*case.special_reasons, *(_row(*one, now, message_id) for one in new)]
    case.special_since = case.special_since or now
    await record(
        session,
        case=case,
        actor=actor,
        action="special.flagged" if newly else "special.graver",
        now=now,
        reason=_joined([words[case.language] for _, words in new], case.language),
        before={"reasons": sorted(known)},
        after={"reasons": [code for code, _ in new], "message": message_id},
    )
    await _alarm(session, case, [code for code, _ in new], policy, now)
    await green_channel.call(session, case=case, policy=policy, now=now, opens=newly)
    return newly


async def lift(session: AsyncSession, *, case: Case, staff: Staff, reason: str, now: datetime) -> None:
    """Take the flag off a case the caller holds; what it was flagged for stays on record.

    Headquarters' clock, if it runs, goes on: that somebody knows is not undone.
    """
    codes = [one["code"] for one in case.special_reasons]
    case.special_reasons, case.special_since = [], None
    actor, before = Actor.staff(staff), {"reasons": codes}
    await record(
        session, case=case, actor=actor, action="special.lifted", now=now, reason=reason, before=before
    )
    await notify(session, "case", case=case.id, number=case.number)


async def reasons_for(
    session: AsyncSession, case: Case, signals: Collection[Signal]
) -> list[tuple[str, Words]]:
    """The reasons, with their words, that signals and the customer's earlier cases give."""
    heard = SPECIAL_SIGNALS.intersection(signals)
    codes = [code for code in _words() if code in heard]
    if not case.special_reasons and await was_special_before(session, case):
        codes.append(SPECIAL_BEFORE)
    return [(code, words_for(code)) for code in codes]


async def was_special_before(session: AsyncSession, case: Case) -> bool:
    """Whether the same customer was a special user in another case."""
    own = Case.customer_id.in_(await members(session, case.customer_id))
    other = select(Case.id).where(own, Case.id != case.id)
    return await session.scalar(other.where(Case.special_since.is_not(None)).limit(1)) is not None


async def _alarm(
    session: AsyncSession, case: Case, codes: Sequence[str], policy: Policy, now: datetime
) -> None:
    clock = await clocks.start(session, case=case, kind=ClockKind.HEADQUARTERS, policy=policy, now=now)
    await tell(
        session,
        kind=NoticeKind.SPECIAL_USER,
        people=await told_of_special_user(session, case, policy, now),
        round=f"{clock.id}:{','.join(codes)}",
        policy=policy,
        now=now,
        case=case,
        clock=clock,
    )


def words_for(code: str) -> Words:
    """What the reason ``code`` says, by language."""
    return _words()[code]


def staff_words(reason: str) -> Words:
    """The words of a member of staff, the same in every language."""
    return {str(language): reason for language in Language}


def _joined(reasons: Sequence[str], language: Language) -> str:
    return ("; " if language is Language.EN else "；").join(reasons)


@cache
def _words() -> dict[str, Words]:
    # In the order of the file: the gravest first.
    words: dict[str, Words] = yaml.safe_load(REASONS.read_text(encoding="utf-8"))
    return words


def _row(code: str, words: Words, now: datetime, message_id: int | None) -> dict[str, Any]:
    return {"code": code, "words": dict(words), "at": now.isoformat(), "message_id": message_id}
