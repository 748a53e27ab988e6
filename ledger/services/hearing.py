"""What a customer says reaches the ledger here: cases open, grow and are flagged (playbook A1, B1)."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Final, Literal

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.heard import Heard
from ledger.models import Case, Customer, Department, Effect, Fact, Message, Staff
from ledger.policy import Policy
from ledger.services import clocks, crisis, facts, forms, grading, special
from ledger.services.effects import once
from ledger.services.entries import ASSISTANT
from ledger.services.growing import grow, story_known
from ledger.services.inbound import Inbound, inbound
from ledger.services.opening import open_case
from ledger.services.persons import known_as
from ledger.services.reopening import reopen_case
from ledger.special import is_special
from ledger.vocabulary import Author, CaseStatus, CaseType, ClockKind, Kind, Stage

OVERHEARD: Final = "overheard"

Contact = Literal["given", "refused", "unknown"]


@dataclass(frozen=True, slots=True)
class Hearing:
    """How the case stands once a message was heard; every field is JSON.

    ``opened``, ``reopened`` and ``newly_special`` tell what this very message did. ``reasons`` are the codes
    of what makes it special. ``owner`` and ``department`` are names, the department's in the case's language;
    no owner yet is None: say "the team". ``due_at`` is the first response clock's time (ISO 8601, UTC), None
    once a person has answered. ``story_known``: enough was told to say it back. ``contact`` is about a phone
    number or address. ``emotions`` are the customer's levels in this conversation, oldest first, this
    message's last. ``narrative`` is the story in the customer's own words. ``further_categories`` are the
    other kinds of trouble beside ``category``. ``facts`` are the current ones of the case, oldest first, each
    ``{"kind", "said", "value"}`` (docs/ledger.md).
    """

    number: str
    pass_code: str
    type: str
    status: str
    opened: bool
    reopened: bool
    stage: str
    category: str | None
    severity: str
    special: bool
    newly_special: bool
    reasons: list[str]
    owner: str | None
    department: str | None
    due_at: str | None
    remedies: list[str]
    story_known: bool
    contact: Contact
    narrative: str
    emotions: list[int]
    further_categories: list[str] = field(default_factory=list)
    facts: list[dict[str, Any]] = field(default_factory=list)


@dataclass(slots=True)
class Happened:
    """What one message did to a case."""

    opened: bool = False
    reopened: bool = False
    newly_special: bool = False


@dataclass(frozen=True, slots=True)
class Felt:
    """How angry a turn of the customer was, and when it was settled; None: not yet."""

    level: int
    settled_at: datetime | None

    def within(self, case: Case) -> bool:
        """Whether it belongs to the case: nothing that had ended when the case was opened does."""
        return self.settled_at is None or self.settled_at >= case.opened_at


async def hear(
    session: AsyncSession, *, message_id: int, heard: Heard, policy: Policy, now: datetime
) -> Hearing | None:
    """Take one message of the customer into the ledger; None when there is no case and nothing to open.

    The first complaint opens a case; a special user who has not complained opens a contact case, which
    becomes a complaint when one is heard. A complaint about a resolved case that is not closed yet reopens
    it. Whatever is open grows: words, category, remedies, signals; severity only rises. Effect ``hear``.

    Raises:
        NoSuchMessage: there is no such inbound message.
    """

    async def make() -> dict[str, Any]:
        into = await inbound(session, message_id)
        happened = await _overheard(session, into)
        case = await _case_for(session, into, heard, happened, policy, now)
        return asdict(await _take(session, case, into, heard, happened, policy, now)) if case else {}

    result = await once(session, message_id, "hear", now, make)
    return Hearing(**result) if result else None


async def overhear(
    session: AsyncSession, *, message_id: int, heard: Heard, policy: Policy, now: datetime
) -> None:
    """Have danger in a message reach the ledger while the customer is still listened to (playbook B1).

    A special user's case is opened and flagged and headquarters' clock runs; the words themselves follow with
    the turn, whose ``hear`` tells of both. Nothing without such signals. Effect ``overheard``.

    Raises:
        NoSuchMessage: there is no such inbound message.
    """

    async def make() -> dict[str, Any]:
        into, happened = await inbound(session, message_id), Happened()
        case = await _case_for(session, into, heard, happened, policy, now)
        if case is not None:
            await _flag(session, case, into, heard, happened, policy, now)
        return asdict(happened)

    if is_special(heard.signals):
        await once(session, message_id, OVERHEARD, now, make)


async def new_matter(
    session: AsyncSession, *, message_id: int, heard: Heard, policy: Policy, now: datetime
) -> Hearing:
    """Open a further case in the same conversation, for a matter of its own. Effect ``new_matter``.

    Raises:
        NoSuchMessage: there is no such inbound message.
    """

    async def make() -> dict[str, Any]:
        into = await inbound(session, message_id)
        case = await _open(session, into, heard, CaseType.COMPLAINT, policy, now)
        return asdict(await _take(session, case, into, heard, Happened(opened=True), policy, now))

    return Hearing(**await once(session, message_id, "new_matter", now, make))


async def _overheard(session: AsyncSession, into: Inbound) -> Happened:
    """What the messages of a turn did to the case before the turn began."""
    told = await session.scalars(
        select(Effect.result).where(
            Effect.message_id.in_([one.id for one in into.messages]), Effect.name == OVERHEARD
        )
    )
    happened = [Happened(**result) for result in told]
    return Happened(
        opened=any(one.opened for one in happened),
        reopened=any(one.reopened for one in happened),
        newly_special=any(one.newly_special for one in happened),
    )


async def _case_for(
    session: AsyncSession, into: Inbound, heard: Heard, happened: Happened, policy: Policy, now: datetime
) -> Case | None:
    """The case this message belongs to, opened or reopened for it where that is due."""
    case, complains = into.case, heard.kind is Kind.COMPLAINT
    matters = complains or is_special(heard.signals)
    if case is not None and case.status is CaseStatus.OPEN:
        return case
    if case is not None and case.status is CaseStatus.RESOLVED and case.stage is not Stage.CLOSED:
        if matters:
            happened.reopened = True
            await reopen_case(session, case=case, actor=ASSISTANT, reason=heard.kind, policy=policy, now=now)
        return case
    if not matters:
        return None
    happened.opened = True
    type = CaseType.COMPLAINT if complains else CaseType.CONTACT
    return await _open(session, into, heard, type, policy, now)


async def _open(
    session: AsyncSession, into: Inbound, heard: Heard, type: CaseType, policy: Policy, now: datetime
) -> Case:
    return await open_case(
        session,
        type=type,
        customer_id=into.conversation.customer_id,
        channel=into.conversation.channel,
        language=heard.language or into.conversation.language,
        words=into.text,
        actor=ASSISTANT,
        policy=policy,
        now=now,
        category=heard.category,
        signals=heard.signals,
        message_id=into.message.id,
        conversation_id=into.conversation.id,
        drill_id=into.conversation.drill_id,
    )


async def _take(
    session: AsyncSession,
    case: Case,
    into: Inbound,
    heard: Heard,
    happened: Happened,
    policy: Policy,
    now: datetime,
) -> Hearing:
    if case.status is CaseStatus.OPEN:
        await grow(session, case=case, into=into, heard=heard, policy=policy, now=now)
        await _flag(session, case, into, heard, happened, policy, now)
    felt = [*await _emotions_before(session, into.message), Felt(heard.emotion, None)]
    told = await facts.current(session, case.id)
    if case.status is CaseStatus.OPEN:
        await grading.regrade(
            session,
            case=case,
            emotions=[one.level for one in felt if one.within(case)],
            told=told,
            actor=ASSISTANT,
            policy=policy,
            now=now,
        )
    return await _hearing(session, case, felt, told, happened)


async def _flag(
    session: AsyncSession,
    case: Case,
    into: Inbound,
    heard: Heard,
    happened: Happened,
    policy: Policy,
    now: datetime,
) -> None:
    happened.newly_special |= await special.flag_signals(
        session,
        case=case,
        signals=heard.signals,
        message_id=into.message.id,
        actor=ASSISTANT,
        policy=policy,
        now=now,
    )
    told = facts.KINDS.intersection(entity["entity"] for entity in heard.entities)
    await crisis.recognise(session, case=case, policy=policy, now=now, told=told)
    await forms.open_by_themselves(session, case=case, policy=policy, now=now)


async def _hearing(
    session: AsyncSession, case: Case, felt: Sequence[Felt], told: Sequence[Fact], happened: Happened
) -> Hearing:
    owner = await session.get(Staff, case.owner_id) if case.owner_id else None
    first_response = await clocks.running(session, case, ClockKind.FIRST_RESPONSE)
    return Hearing(
        number=case.number,
        pass_code=case.pass_code,
        type=case.type,
        status=case.status,
        opened=happened.opened,
        reopened=happened.reopened,
        stage=case.stage,
        category=case.category,
        severity=case.severity,
        special=case.special,
        newly_special=happened.newly_special,
        reasons=[reason["code"] for reason in case.special_reasons],
        owner=owner.name if owner else None,
        department=await department_name(session, case),
        due_at=first_response.due_at.isoformat() if first_response and first_response.due_at else None,
        remedies=case.remedies,
        story_known=story_known(case),
        contact=await _contact(session, case),
        narrative=case.narrative,
        emotions=[one.level for one in felt],
        further_categories=case.further_categories,
        facts=[{"kind": fact.kind.value, "said": fact.said, "value": fact.value} for fact in told],
    )


async def department_name(session: AsyncSession, case: Case) -> str | None:
    """What the case's department is called in the case's language."""
    department = await session.get(Department, case.department_id) if case.department_id else None
    return str(department.names[case.language]) if department else None


async def _contact(session: AsyncSession, case: Case) -> Contact:
    """Known, or refused, by the person the customer is: nobody is asked twice (playbook C7)."""
    own = await session.get_one(Customer, case.customer_id)
    same = [own] if own.person_id is None else await known_as(session, own)
    if any(one.consented_at and (one.phone or one.email) for one in same):
        return "given"
    return "refused" if any(one.contact_refused_at for one in same) else "unknown"


async def _emotions_before(session: AsyncSession, message: Message) -> list[Felt]:
    """One level a turn: what was sent in a row is as angry as its angriest message."""
    turn = func.coalesce(Message.turn_id, Message.id)
    turns = await session.execute(
        select(func.max(Message.emotion), func.max(Message.settled_at))
        .where(
            Message.conversation_id == message.conversation_id,
            Message.author == Author.CUSTOMER,
            turn < message.id,
            Message.emotion.is_not(None),
        )
        .group_by(turn)
        .order_by(turn)
    )
    return [Felt(level, settled_at) for level, settled_at in turns if level is not None]
