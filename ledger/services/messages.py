"""The message log: what came in, what was heard in it, what we said.

Ids grow in the order in which one conversation's messages are committed, because every writer holds the
conversation's row.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from ledger import live, queue
from ledger.errors import LedgerError, Missing
from ledger.handoff import NotHolder
from ledger.heard import Heard
from ledger.models import Case, Conversation, Edit, Identity, Message, Staff, Wait
from ledger.services import case_lock, clocks, conversations, entries, evidence, gathering, working
from ledger.services.evidence import Kept
from ledger.vocabulary import Author, Delivery, Holding, Language, Stage

MINUTE: Final = timedelta(minutes=1)


class TooManyMessages(LedgerError):  # noqa: N818
    """More was sent in a minute than is taken; ``wait`` is when it may be sent again."""

    def __init__(self, wait: timedelta) -> None:
        super().__init__()
        self.wait = wait


@dataclass(frozen=True, slots=True)
class Received:
    """A message in the log. ``fresh`` is False for a redelivery, whose row stands already."""

    message_id: int
    conversation_id: int
    fresh: bool


@dataclass(frozen=True, slots=True)
class Reply:
    """Something to say to the customer. ``buttons`` are ``{"title", "payload"}``."""

    text: str
    stage: Stage | None = None
    script: str | None = None
    buttons: Sequence[dict[str, Any]] = field(default=())


async def receive(
    session: AsyncSession,
    *,
    channel: str,
    address: str,
    text: str,
    client_id: str,
    now: datetime,
    display_name: str | None = None,
    language: Language | None = None,
    conversation_id: int | None = None,
    written_in: Language | None = None,
    attachments: Sequence[Kept] = (),
    complete: bool = False,
    a_minute: int | None = None,
) -> Received:
    """Log a customer's message and defer its handling, in this transaction.

    ``client_id`` is the platform's own id of the message: delivered twice, it is one row and one job.
    ``written_in`` is the language the words tell, which the conversation follows at once; ``language`` is the
    platform's guess, for a first conversation. Without ``conversation_id`` it belongs to the identity's
    latest conversation, or opens one. Without text and attachments it is a message of a kind the desk cannot
    read. ``complete``: nothing follows, and what was listened to so far is answered with it. ``a_minute``
    is how many are taken of one conversation in a minute by all processes together; None where a platform
    cannot be told to wait.

    Raises NoSuchConversation, TooManyMessages (roll back).
    """
    if conversation_id is None:
        conversation_id = await conversations.latest_or_new(
            session,
            channel=channel,
            address=address,
            display_name=display_name,
            language=language,
            now=now,
        )
    waited_for = await _hold(session, conversation_id, now, written_in)
    message_id = await _log_once(session, conversation_id, client_id, text, now)
    if message_id is None:
        known = await _known(session, conversation_id, client_id)
        return Received(known, conversation_id, fresh=False)
    if a_minute is not None:
        await _not_too_many(session, conversation_id, a_minute, now)
    if attachments:
        await evidence.attach(session, conversation_id, message_id, attachments, now)
    if complete:
        await gathering.bind(session, conversation_id)
    await queue.handle(session, conversation_id, message_id)
    if waited_for:
        await queue.defer(session, queue.CUSTOMER_WROTE, message_id=message_id)
    await live.notify(session, "message", conversation=conversation_id, message=message_id)
    return Received(message_id, conversation_id, fresh=True)


async def record_edit(
    session: AsyncSession,
    *,
    channel: str,
    address: str,
    client_id: str,
    edit_id: str,
    text: str,
    now: datetime,
) -> bool:
    """Record a later wording of message ``client_id``; the first one stays, and no turn is made of it.

    Returns False when it is recorded already or the message is unknown.
    """
    message = await _message_of(session, channel, address, client_id)
    if message is None:
        return False
    row = insert(Edit).values(message_id=message.id, client_id=edit_id, text=text, at=now)
    recorded = await session.scalar(
        row.on_conflict_do_nothing(index_elements=["message_id", "client_id"]).returning(Edit.id)
    )
    if recorded is None:
        return False
    case = await conversations.current_case(session, message.conversation_id)
    await entries.record(
        session,
        case=await case_lock.lock(session, case.id) if case else None,
        actor=entries.Actor.customer(channel),
        action="message.edited",
        now=now,
        after={"message": message.id, "edit": recorded},
    )
    await live.notify(session, "message", conversation=message.conversation_id, message=message.id)
    return True


async def is_known(session: AsyncSession, conversation_id: int, client_id: str) -> bool:
    """Whether a message of this ``client_id`` is in the conversation."""
    return await _known_or_none(session, conversation_id, client_id) is not None


async def store_replies(
    session: AsyncSession,
    *,
    conversation: Conversation,
    replies: Sequence[Reply],
    author: Author,
    now: datetime,
    reply_to_id: int | None = None,
    client_id: str | None = None,
    staff: Staff | None = None,
    delivery: Delivery = Delivery.PENDING,
) -> list[Message]:
    """Log what we say, and defer its delivery if it is pending. The caller holds the conversation's row.

    ``client_id`` marks the first of them; under one that is in the log nothing is stored and the list is
    empty.
    """
    if client_id is not None and await _known_or_none(session, conversation.id, client_id):
        return []
    rows = [
        Message(
            conversation_id=conversation.id,
            author=author,
            staff_id=staff.id if staff else None,
            text=reply.text,
            at=now,
            client_id=client_id if position == 0 else None,
            reply_to_id=reply_to_id,
            stage=reply.stage,
            script=reply.script,
            buttons=list(reply.buttons) or None,
            delivery=delivery,
            delivered_at=now if delivery is Delivery.SENT else None,
        )
        for position, reply in enumerate(replies)
    ]
    session.add_all(rows)
    conversation.last_message_at = now
    await session.flush()
    await _announce(session, conversation, rows)
    return rows


async def send_as_agent(
    session: AsyncSession,
    *,
    conversation_id: int,
    staff: Staff,
    text: str,
    now: datetime,
    stage: Stage | None = None,
    delivery: Delivery = Delivery.PENDING,
) -> Message:
    """Log what a member of staff says and defer its delivery; stops the case's first-response clock.

    A case without an owner is theirs.

    Raises:
        NotHolder: somebody else, or nobody, holds the conversation.
        Missing: the text is blank.
    """
    if not text.strip():
        raise Missing("text")
    conversation = await conversations.lock(session, conversation_id)
    if conversation.holding is not Holding.HUMAN or conversation.holder_id != staff.id:
        raise NotHolder(staff.username)
    [message] = await store_replies(
        session,
        conversation=conversation,
        replies=[Reply(text.strip(), stage=stage)],
        author=Author.AGENT,
        staff=staff,
        now=now,
        delivery=delivery,
    )
    case = await conversations.current_case(session, conversation_id)
    if case is not None:
        case = await case_lock.lock(session, case.id)
        await clocks.stop_first_response(session, case, staff, now)
        await working.take_on(session, case, staff, now)
    return message


def note_heard(conversation: Conversation, message: Message, heard: Heard, now: datetime) -> None:
    """Keep the pipeline's judgement with the message; the conversation follows its language."""
    if heard.language is not None:
        conversation.language = heard.language
    message.heard_at = now
    message.language = conversation.language
    message.intent = heard.intent
    message.kind = heard.kind
    message.category = heard.category
    message.signals = [signal.value for signal in heard.signals]
    message.emotion = heard.emotion
    message.entities = [dict(entity) for entity in heard.entities]


async def emotions(session: AsyncSession, conversation_id: int, latest: int) -> list[int]:
    """The emotion of the customer's last ``latest`` turns since an agent wrote, oldest first (playbook A9).

    What was sent in a row is one turn, as angry as the angriest of its messages.
    """
    spoken = (
        select(Message.id)
        .where(Message.conversation_id == conversation_id, Message.author == Author.AGENT)
        .order_by(Message.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    turn = func.coalesce(Message.turn_id, Message.id)
    levels = await session.scalars(
        select(func.max(Message.emotion))
        .where(
            Message.conversation_id == conversation_id,
            Message.author == Author.CUSTOMER,
            Message.emotion.is_not(None),
            (Message.id > spoken) | spoken.is_(None),
        )
        .group_by(turn)
        .order_by(turn.desc())
        .limit(latest)
    )
    return [level for level in reversed(levels.all()) if level is not None]


async def said(session: AsyncSession, conversation_id: int, script: str) -> list[str]:
    """In which words a script was said in a conversation so far, oldest first."""
    texts = select(Message.text).where(Message.conversation_id == conversation_id, Message.script == script)
    return list(await session.scalars(texts.order_by(Message.id)))


async def _hold(
    session: AsyncSession, conversation_id: int, now: datetime, written_in: Language | None
) -> bool:
    """Take the conversation's row, and say whether a case waits for its customer.

    What is written to it is what the row needs anyway.
    """
    asked = {"conversation": conversation_id, "now": now, "written_in": written_in}
    waited_for = await session.scalar(_HOLD, asked)
    if waited_for is None:
        raise conversations.NoSuchConversation(str(conversation_id))
    return bool(waited_for)


async def _log_once(
    session: AsyncSession, conversation_id: int, client_id: str, text: str, now: datetime
) -> int | None:
    row = {"conversation_id": conversation_id, "text": text, "at": now, "client_id": client_id}
    return await session.scalar(_LOG_ONCE, row)


async def _not_too_many(session: AsyncSession, conversation_id: int, a_minute: int, now: datetime) -> None:
    """The log itself is what counts, so that it holds for all processes together."""
    asked = {"conversation": conversation_id, "a_minute": a_minute}
    one_too_early = await session.scalar(_ONE_TOO_EARLY, asked)
    if one_too_early is None or one_too_early > now:  # the clock was set back since
        return
    if (wait := one_too_early + MINUTE - now) > timedelta():
        raise TooManyMessages(wait)


async def _known(session: AsyncSession, conversation_id: int, client_id: str) -> int:
    known = await _known_or_none(session, conversation_id, client_id)
    assert known is not None  # noqa: S101 — its insertion has just met it
    return known


async def _known_or_none(session: AsyncSession, conversation_id: int, client_id: str) -> int | None:
    return await session.scalar(
        select(Message.id).where(Message.conversation_id == conversation_id, Message.client_id == client_id)
    )


async def _message_of(session: AsyncSession, channel: str, address: str, client_id: str) -> Message | None:
    found = await session.scalars(
        select(Message)
        .join(Conversation, Conversation.id == Message.conversation_id)
        .join(Identity, Identity.id == Conversation.identity_id)
        .where(Identity.channel == channel, Identity.address == address, Message.client_id == client_id)
        .order_by(Message.id.desc())
        .limit(1)
    )
    return found.first()


async def _announce(session: AsyncSession, conversation: Conversation, rows: Sequence[Message]) -> None:
    if any(row.delivery is Delivery.PENDING for row in rows):
        await queue.deliver(session, conversation.id, conversation.channel)
    for row in rows[-1:]:
        await live.notify(session, "message", conversation=conversation.id, message=row.id)


# What every message asks for is written once: to build a statement takes longer than to run it.
_waits_for_customer: Final = (
    select(Wait.id)
    .join(Case, Case.id == Wait.case_id)
    .where(Wait.until.is_(None), Case.customer_id == Conversation.customer_id)
    .exists()
)
_written_in: Final = bindparam("written_in", type_=Conversation.language.type)
_HOLD: Final = (
    update(Conversation)
    .where(Conversation.id == bindparam("conversation"))
    .values(last_message_at=bindparam("now"), language=func.coalesce(_written_in, Conversation.language))
    .returning(_waits_for_customer)
    .execution_options(synchronize_session=False)
)
_LOG_ONCE: Final = (
    insert(Message)
    .values(
        author=Author.CUSTOMER,
        conversation_id=bindparam("conversation_id"),
        text=bindparam("text"),
        at=bindparam("at"),
        client_id=bindparam("client_id"),
    )
    .on_conflict_do_nothing(index_elements=["conversation_id", "client_id"])
    .returning(Message.id)
)
_ONE_TOO_EARLY: Final = (
    select(Message.at)
    .where(Message.conversation_id == bindparam("conversation"), Message.author == Author.CUSTOMER)
    .order_by(Message.id.desc())
    .offset(bindparam("a_minute"))
    .limit(1)
)
