"""Messages a customer sends in a row, gathered for one turn (docs/conversation.md, "Listening").

While the desk listens nothing is stored about it: what is neither settled nor part of a turn is what is
listened to. When it has heard enough, the messages are bound together (``turn_id``) before the engine is
asked, so that the turn is the same one however often it has to be run.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, exists, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from ledger.errors import NoSuchMessage
from ledger.models import Attachment, Conversation, Identity, Message
from ledger.services import conversations
from ledger.vocabulary import Author, Delivery

QUESTION_MARKS = ("?", "？")


@dataclass(frozen=True, slots=True)
class Gathered:
    """What one turn answers: a customer's messages, oldest first; the last one's id is the turn's.

    ``address`` is the identity's on the channel.
    """

    messages: tuple[Message, ...]
    conversation: Conversation
    address: str
    has_files: bool

    @property
    def last(self) -> Message:
        """The message the turn is named after, and whose reply it is."""
        return self.messages[-1]

    @property
    def text(self) -> str:
        """All that was written, one message a line; empty where there were only files."""
        return text_of(self.messages)

    @property
    def is_bound(self) -> bool:
        """Whether listening is over, and what belongs to the turn is settled for good."""
        return self.last.turn_id is not None


async def unanswered(session: AsyncSession, message_id: int) -> Gathered | None:
    """A message that is not settled, with those bound to the same turn, none of them held; None otherwise."""
    found = await session.execute(
        select(Message, Conversation, Identity.address, _has_files())
        .join(Conversation, Conversation.id == Message.conversation_id)
        .join(Identity, Identity.id == Conversation.identity_id)
        .where(Message.id == message_id, Message.settled_at.is_(None))
    )
    row = found.first()
    if row is None:
        return None
    message, conversation, address, has_files = row
    return Gathered(tuple(await turn(session, message)), conversation, address, has_files)


async def turn(session: AsyncSession, message: Message) -> list[Message]:
    """The messages bound to the same turn as ``message``, oldest first; itself where there are none."""
    if message.turn_id is None:
        return [message]
    bound = select(Message).where(Message.turn_id == message.turn_id).order_by(Message.id)
    return list(await session.scalars(bound.execution_options(populate_existing=True)))


async def waiting(session: AsyncSession, conversation_id: int) -> Sequence[Message]:
    """The messages that are being listened to, oldest first."""
    open_ones = select(Message).where(*_open(conversation_id)).order_by(Message.id)
    return (await session.scalars(open_ones.execution_options(populate_existing=True))).all()


async def bind(session: AsyncSession, conversation_id: int) -> None:
    """Listening is over: what was listened to is one turn. The caller holds the conversation's row."""
    last = select(func.max(Message.id)).where(*_open(conversation_id)).scalar_subquery()
    await session.execute(update(Message).where(*_open(conversation_id)).values(turn_id=last))


async def hold(session: AsyncSession, message_id: int) -> tuple[Conversation, list[Message]]:
    """The message's conversation, held until the transaction ends, and its turn as it stands then.

    Raises NoSuchMessage.
    """
    known = await session.get(Message, message_id)
    if known is None:
        raise NoSuchMessage(str(message_id))
    conversation = await conversations.lock(session, known.conversation_id)
    message = await session.get_one(Message, message_id, populate_existing=True)
    return conversation, await turn(session, message)


def settle(messages: Sequence[Message], now: datetime) -> None:
    """The turn of these messages is done: they ended in a reply, a human owner or an alarm."""
    for message in messages:
        message.settled_at = now
        message.turn_id = messages[-1].id


def text_of(messages: Sequence[Message]) -> str:
    """All that was written in them, one message a line; empty where there were only files."""
    return "\n".join(message.text for message in messages if message.text)


async def was_asked(session: AsyncSession, conversation_id: int) -> bool:
    """Whether the desk's last words were a question, or offered answers to choose from."""
    spoken = await session.scalars(
        select(Message)
        .where(
            Message.conversation_id == conversation_id,
            Message.author != Author.CUSTOMER,
            Message.delivery.is_distinct_from(Delivery.DROPPED),
        )
        .order_by(Message.id.desc())
        .limit(1)
    )
    last = spoken.first()
    return last is not None and (bool(last.buttons) or last.text.rstrip().endswith(QUESTION_MARKS))


def _has_files() -> ColumnElement[bool]:
    """Whether the message of the query, or one of its turn, bears a file."""
    sibling = aliased(Message)
    siblings = select(sibling.id).where((sibling.id == Message.id) | (sibling.turn_id == Message.turn_id))
    return exists().where(Attachment.message_id.in_(siblings.correlate(Message).scalar_subquery()))


def _open(conversation_id: int) -> tuple[ColumnElement[bool], ...]:
    return (
        Message.conversation_id == conversation_id,
        Message.author == Author.CUSTOMER,
        Message.settled_at.is_(None),
        Message.turn_id.is_(None),
    )
