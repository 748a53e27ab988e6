"""Drills (playbook D3, 模拟演练): one is begun, plays through the desk as it is, and leaves nothing open.

What a drill opens bears its mark from the first row on, and only here is anybody marked: its conversations
are opened with the drill's own key, which is told once to whoever plays it.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.drill_book import DrillFile, Plot, Seated
from ledger.errors import DrillUnderWay, NotAllowed
from ledger.live import notify
from ledger.locks import Lock, wait_for
from ledger.models import Case, Clock, Conversation, Drill, Form, Message, Staff, Task
from ledger.policy import Policy
from ledger.services import clocks, handoff
from ledger.services import staff as accounts
from ledger.services.case_lock import lock
from ledger.services.credentials import hash_of
from ledger.services.entries import SYSTEM, Actor, record
from ledger.services.withdrawing import end_case
from ledger.views import drill_report
from ledger.vocabulary import Author, CaseStatus, Holding, Role

OVER: Final = "drill_over"
PLAYED, STOPPED, LOST = "played", "stopped", "lost"
LOST_AFTER: Final = timedelta(minutes=1)
"""A drill whose player gives no sign of life for so long is over."""
SIGN_EVERY: Final = timedelta(seconds=5)
AT_ONCE: Final = 20
CLEARED_WITHIN: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class CastMember:
    """Somebody of the cast: the account's token, and how they act."""

    username: str
    token: str
    seated: Seated


@dataclass(frozen=True, slots=True)
class Begun:
    """A drill that runs; ``key`` opens its conversations, and is told only here."""

    id: int
    key: str
    cast: tuple[CastMember, ...]


async def begin(
    session: AsyncSession, *, file: DrillFile, cast: bool, by: Staff | None, now: datetime
) -> Begun:
    """Begin a drill; with ``cast`` its people are played by accounts opened for it.

    ``by`` None is the command line.

    Raises:
        DrillUnderWay: one is played already.
    """
    await wait_for(session, Lock.DRILLS)
    if await running(session) is not None:
        raise DrillUnderWay
    key = secrets.token_urlsafe(32)
    drill = Drill(
        name=file.name,
        digest=file.digest,
        script=file.drill.plot(),
        faster=file.drill.faster,
        cast=cast,
        key_hash=hash_of(key),
        started_by_id=by.id if by else None,
        started_at=now,
        seen_at=now,
    )
    session.add(drill)
    await session.flush()
    await _record(session, drill, Actor.staff_or_command(by), "drill.begun", now, cast=cast)
    roles = await _engage(session, drill, file, now) if cast else ()
    return Begun(drill.id, key, tuple(roles))


async def raise_curtain(session: AsyncSession, *, drill_id: int, now: datetime) -> None:
    """Everybody is in place: from here on its time counts."""
    await session.execute(update(Drill).where(Drill.id == drill_id).values(started_at=now, seen_at=now))


async def running(session: AsyncSession) -> Drill | None:
    """The drill that is played now."""
    found: Drill | None = await session.scalar(select(Drill).where(Drill.ended_at.is_(None)).limit(1))
    return found


async def holder_of(session: AsyncSession, *, drill_id: int, key: str) -> Drill:
    """The running drill whose key this is.

    Raises:
        NotAllowed: it is another's, or the drill is over.
    """
    drill = await session.get(Drill, drill_id)
    if drill is None or drill.ended_at is not None or drill.key_hash != hash_of(key):
        raise NotAllowed("drill")
    return drill


async def sign(session: AsyncSession, *, drill_id: int, now: datetime) -> None:
    """The drill's player has given a sign of life; written only when the last one is growing old."""
    grown_old = (Drill.id == drill_id) & (Drill.seen_at < now - SIGN_EVERY)
    await session.execute(update(Drill).where(grown_old).values(seen_at=now))


async def engine_is_away(session: AsyncSession, *, drill_id: int, now: datetime) -> bool:
    """Whether the drill has the assistant fail at this moment, for its own conversations."""
    drill = await session.get_one(Drill, drill_id)
    passed = (now - drill.started_at) * drill.faster
    events = Plot.model_validate(drill.script).events
    return drill.ended_at is None and any(event.at <= passed < event.at + event.lasts for event in events)


async def end(
    session: AsyncSession,
    *,
    drill_id: int,
    ending: str,
    policy: Policy,
    now: datetime,
    by: Staff | None = None,
) -> Drill:
    """The drill is over: measured against its plan, its key and its accounts void. Once; then ``clear``."""
    drill = await session.get_one(Drill, drill_id, with_for_update=True, populate_existing=True)
    if drill.ended_at is not None:
        return drill
    drill.report = (await drill_report.measure(session, drill, policy, now)).model_dump(mode="json")
    drill.ended_at, drill.ending, drill.key_hash = now, ending, None
    played = select(Staff.username).where(Staff.drill_id == drill.id, Staff.disabled_at.is_(None))
    for username in (await session.scalars(played)).all():
        await accounts.disable(session, username=username, now=now)
    actor = Actor.staff(by) if by else SYSTEM
    await _record(session, drill, actor, "drill.ended", now, reason=ending)
    return drill


async def lost(session: AsyncSession, *, policy: Policy, now: datetime) -> None:
    """End a drill that nobody plays any more: its process is gone."""
    drill = await running(session)
    if drill is not None and drill.seen_at < now - LOST_AFTER:
        await end(session, drill_id=drill.id, ending=LOST, policy=policy, now=now)


async def clear(session: AsyncSession, *, now: datetime) -> int:
    """Put away what drills that are over left behind, some of it at a time; how much that was.

    Their conversations go back to the assistant and take no word any more, their cases are withdrawn, and no
    clock of theirs runs on.
    """
    over = select(Drill.id).where(Drill.ended_at > now - CLEARED_WITHIN)
    talks = select(Conversation.id).where(
        Conversation.drill_id.in_(over),
        (Conversation.holding != Holding.BOT) | Conversation.token_hash.is_not(None),
    )
    ended = (await session.scalars(talks.order_by(Conversation.id).limit(AT_ONCE))).all()
    for conversation_id in ended:
        await _close(session, conversation_id, now)
    runs = select(Clock.case_id).where(Clock.stopped_at.is_(None))
    going_on = select(Case.id).where(
        Case.drill_id.in_(over), (Case.status == CaseStatus.OPEN) | Case.id.in_(runs)
    )
    cases = (await session.scalars(going_on.order_by(Case.id).limit(AT_ONCE))).all()
    for case_id in cases:
        await _put_away(session, case_id, now)
    return len(ended) + len(cases)


async def _engage(session: AsyncSession, drill: Drill, file: DrillFile, now: datetime) -> list[CastMember]:
    roles = []
    for seated in file.drill.staff:
        for number in range(1, seated.count + 1):
            username = f"drill{drill.id}.{seated.seat}{number}"
            password = secrets.token_urlsafe(32)
            created = await accounts.create(
                session, username=username, role=Role.AGENT, password=password, now=now
            )
            played = created.staff
            played.drill_id, played.drill_part, played.on_duty = drill.id, seated.seat, not seated.away
            roles.append(
                CastMember(username, await accounts.issue_token(session, staff=played, now=now), seated)
            )
    return roles


async def _close(session: AsyncSession, conversation_id: int, now: datetime) -> None:
    conversation = await handoff.take_back(session, conversation_id=conversation_id, reason=OVER, now=now)
    conversation.token_hash = None
    unsettled = (Message.conversation_id == conversation_id) & (Message.author == Author.CUSTOMER)
    await session.execute(
        update(Message).where(unsettled, Message.settled_at.is_(None)).values(settled_at=now)
    )


async def _put_away(session: AsyncSession, case_id: int, now: datetime) -> None:
    case = await lock(session, case_id)
    if case.status is CaseStatus.OPEN:
        await end_case(session, case, SYSTEM, now=now, reason=OVER)
    for clock in (
        await session.scalars(select(Clock).where(Clock.case_id == case.id, Clock.stopped_at.is_(None)))
    ).all():
        await clocks.stop(session, clock=clock, by=None, reason=OVER, now=now)
    tasks = (Task.case_id == case.id) & Task.done_at.is_(None)
    await session.execute(update(Task).where(tasks).values(done_at=now))
    papers = (Form.case_id == case.id) & Form.closed_at.is_(None)
    await session.execute(update(Form).where(papers).values(closed_at=now))


async def _record(
    session: AsyncSession,
    drill: Drill,
    actor: Actor,
    action: str,
    now: datetime,
    reason: str | None = None,
    **after: Any,
) -> None:
    after = {"drill": drill.id, "name": drill.name, "faster": drill.faster, **after}
    await record(session, case=None, actor=actor, action=action, now=now, reason=reason, after=after)
    await notify(session, "drill", drill=drill.id)
