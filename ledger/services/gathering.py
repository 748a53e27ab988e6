"""Messages a customer sends in a row, gathered for one turn (docs/conversation.md, "Listening").

While the desk listens nothing is stored about it: what is neither settled nor part of a turn is what is
listened to. When it has heard enough, the messages are bound together (``turn_id``) before the engine is
asked, so that the turn is the same one however often it has to be run.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from sqlalchemy import BigInteger, ColumnElement, bindparam, exists, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from ledger import queue
from ledger.errors import NoSuchMessage
from ledger.models import Attachment, Conversation, Identity, Message
from ledger.policy import Listening
from ledger.vocabulary import Author, Delivery

# What is said about waiting is no part of the talk.
SAID_IN_LINE = "desk_in_line"
QUESTION_MARKS = ("?", "？")
# One turn, one transaction, one reading of the log: a flood is several of each.
MOST = 500
# What the assistant is given in one turn, in characters; as long as one message may be.
LONGEST = 10_000


@dataclass(frozen=True, slots=True)
class Gathered:
    """What one turn answers: a customer's messages, oldest first; the last one's id is the turn's.

    Before it is bound, those that are listened to. ``address`` is the identity's on the channel.
    """

    messages: tuple[Message, ...]
    conversation: Conversation
    address: str
    with_files: frozenset[int]

    @property
    def has_files(self) -> bool:
        """Whether one of them bears a file."""
        return bool(self.with_files)

    @property
    def last(self) -> Message:
        """The message the turn is named after, and whose reply it is."""
        return self.messages[-1]

    @property
    def text(self) -> str:
        """What was written, one message a line; empty where there were only files."""
        return text_of(self.messages)

    @property
    def is_cut(self) -> bool:
        """Whether more was written than the assistant is given in one turn."""
        return len(told(self.messages)) < len(self.messages)

    @property
    def is_bound(self) -> bool:
        """Whether listening is over, and what belongs to the turn is settled for good."""
        return self.last.turn_id is not None


async def next_turn(session: AsyncSession, message_id: int, rule: Listening) -> Gathered | None:
    """What is to be answered next in a message's conversation, none of it held; None when all is settled.

    That is its oldest turn, or what is listened to; where nobody is listened to, its oldest message.
    """
    found = await _oldest(session, message_id)
    if found is None:
        # Who commits a message at this moment counts on the job that asks here: look once they have.
        await hold(session, message_id)
        found = await _oldest(session, message_id)
    if found is None or found.is_bound or not rule.off:
        return found
    [first, *_] = found.messages
    return replace(found, messages=(first,), with_files=found.with_files & {first.id})


async def _oldest(session: AsyncSession, message_id: int) -> Gathered | None:
    rows = (await session.execute(_NEXT, {"message": message_id})).all()
    if not rows:
        return None
    first, conversation, address, _ = rows[0]
    together = [row for row in rows if row[0].turn_id == first.turn_id]
    with_files = frozenset(row[0].id for row in together if row[3])
    return Gathered(tuple(row[0] for row in together), conversation, address, with_files)


async def turn(session: AsyncSession, message: Message) -> list[Message]:
    """The messages bound to the same turn as ``message``, oldest first; itself where there are none."""
    return list(await session.scalars(_TURN, {"message": message.id}))


async def waiting(session: AsyncSession, conversation_id: int) -> Sequence[Message]:
    """The messages that are being listened to, oldest first, ``MOST`` at most."""
    open_ones = select(Message).where(*_open(conversation_id)).order_by(Message.id).limit(MOST)
    return (await session.scalars(open_ones.execution_options(populate_existing=True))).all()


async def bind(session: AsyncSession, conversation_id: int) -> None:
    """Listening is over: what was listened to is one turn, and beyond ``MOST`` several.

    The caller holds the conversation's row.
    """
    await session.execute(_BIND, {"conversation": conversation_id})


async def hold(session: AsyncSession, message_id: int) -> tuple[Conversation, list[Message]]:
    """The message's conversation, held until the transaction ends, and its turn as it stands then.

    Raises NoSuchMessage.
    """
    conversation = await session.scalar(_HELD, {"message": message_id})
    if conversation is None:
        raise NoSuchMessage(str(message_id))
    return conversation, list(await session.scalars(_TURN, {"message": message_id}))


async def settle(session: AsyncSession, messages: Sequence[Message], rule: Listening, now: datetime) -> None:
    """The turn of these messages is done: they ended in a reply, a human owner or an alarm.

    What came meanwhile is seen to next; so much of it that it is a flood, as one turn. The caller holds the
    conversation's row.
    """
    last = messages[-1]
    for message in messages:
        message.settled_at = now
        message.turn_id = last.id
    await session.flush()
    asked = {"conversation": last.conversation_id, "most": rule.flood + 1}
    left = (await session.execute(_LEFT, asked)).all()
    if rule.off and sum(turn_id is None for _, turn_id in left) > rule.flood:
        await bind(session, last.conversation_id)
    if left:
        await queue.handle(session, last.conversation_id, left[0].id)


def text_of(messages: Sequence[Message]) -> str:
    """What was written in them, one message a line; empty where there were only files."""
    return "\n".join(message.text for message in told(messages) if message.text)


def told(messages: Sequence[Message]) -> Sequence[Message]:
    """Those that make up the words of a turn: all, unless that is more than ``LONGEST``.

    Then what bears a signal comes first, the first message, and the latest; the rest stands in the log.
    """
    if sum(len(message.text) for message in messages) <= LONGEST:
        return messages
    first, left, chosen = messages[0], LONGEST, set[int]()
    for message in sorted(messages, key=lambda one: (not one.signals, one is not first, -one.id)):
        if len(message.text) <= left or not chosen:
            left -= len(message.text)
            chosen.add(message.id)
    return [message for message in messages if message.id in chosen]


async def was_asked(session: AsyncSession, conversation_id: int) -> bool:
    """Whether the desk's last words were a question, or offered answers to choose from."""
    spoken = await session.scalars(
        select(Message)
        .where(
            Message.conversation_id == conversation_id,
            Message.author != Author.CUSTOMER,
            Message.script.is_distinct_from(SAID_IN_LINE),
            Message.delivery.is_distinct_from(Delivery.DROPPED),
        )
        .order_by(Message.id.desc())
        .limit(1)
    )
    last = spoken.first()
    return last is not None and (bool(last.buttons) or last.text.rstrip().endswith(QUESTION_MARKS))


def _unsettled(conversation_id: int | ColumnElement[int]) -> tuple[ColumnElement[bool], ...]:
    return (
        Message.conversation_id == conversation_id,
        Message.author == Author.CUSTOMER,
        Message.settled_at.is_(None),
    )


def _open(conversation_id: int | ColumnElement[int]) -> tuple[ColumnElement[bool], ...]:
    return (*_unsettled(conversation_id), Message.turn_id.is_(None))


# What every message asks for is written once: to build a statement takes longer than to run it.
_asked: Final = bindparam("message", type_=BigInteger)
_its_conversation: Final = select(Message.conversation_id).where(Message.id == _asked).scalar_subquery()
_its_turn: Final = select(Message.turn_id).where(Message.id == _asked).scalar_subquery()
_HELD: Final = (
    select(Conversation)
    .where(Conversation.id == _its_conversation)
    .with_for_update(key_share=True)
    .execution_options(populate_existing=True)
)
_TURN: Final = (
    select(Message)
    .where((Message.id == _asked) | (Message.turn_id == _its_turn))
    .order_by(Message.id)
    .execution_options(populate_existing=True)
)
_NEXT: Final = (
    select(Message, Conversation, Identity.address, exists().where(Attachment.message_id == Message.id))
    .join(Conversation, Conversation.id == Message.conversation_id)
    .join(Identity, Identity.id == Conversation.identity_id)
    .where(*_unsettled(_its_conversation))
    .order_by(Message.id)
    .limit(MOST)
    .execution_options(populate_existing=True)
)
_conversation: Final = bindparam("conversation", type_=BigInteger)
_listened_to: Final = (
    select(Message.id).where(*_open(_conversation)).order_by(Message.id).limit(MOST).subquery()
)
_last: Final = select(func.max(_listened_to.c.id)).scalar_subquery()
_BIND: Final = update(Message).where(*_open(_conversation), Message.id <= _last).values(turn_id=_last)
_LEFT: Final = (
    select(Message.id, Message.turn_id)
    .where(*_unsettled(_conversation))
    .order_by(Message.id)
    .limit(bindparam("most"))
)
