"""When the assistant asked and hears nothing: one gentle nudge, then what is known is filed."""

from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, Select, Text, cast, exists, func, literal, select
from sqlalchemy.ext.asyncio import AsyncSession

from ledger import queue
from ledger.models import Case, Conversation, Message, case_conversations
from ledger.policy import Policy, Silence
from ledger.queue import JOBS
from ledger.vocabulary import Author, CaseStatus, Delivery, Holding, Stage

NUDGE: Final = "EXTERNAL_nudge"
AT_ONCE: Final = 100


async def break_it(session: AsyncSession, *, policy: Policy, now: datetime) -> int:
    """Have the assistant speak wherever its question about an open case has had no answer; how many."""
    silent = (await session.execute(_silent(policy.silence, now))).all()
    for conversation_id, message_id in silent:
        await queue.defer(
            session,
            queue.PROACTIVE_TURN,
            lock=queue.conversation_lock(conversation_id),
            priority=queue.NOT_WAITED_FOR,
            conversation_id=conversation_id,
            intent=NUDGE,
            entities={},
            key=nudge_key(message_id),
        )
    return len(silent)


def nudge_key(message_id: int) -> str:
    """The key of the nudge after the assistant's message ``message_id``."""
    return f"nudge:{message_id}"


async def still_silent(session: AsyncSession, conversation_id: int, key: str) -> bool:
    """Whether the message that ``key`` nudges about is still the conversation's last."""
    last = await session.scalar(
        select(func.max(Message.id)).where(Message.conversation_id == conversation_id)
    )
    return last is not None and nudge_key(last) == key


def _silent(silence: Silence, now: datetime) -> Select[int, int]:
    since = now - silence.nudge_after
    last = (
        select(Message.id, Message.author, Message.stage, Message.delivery)
        .where(Message.conversation_id == Conversation.id)
        .order_by(Message.id.desc())
        .limit(1)
        .lateral()
    )
    return (
        select(Conversation.id, last.c.id)
        .join(last, literal(True))
        .where(
            Conversation.holding == Holding.BOT,
            Conversation.last_message_at.between(since - silence.nudge_within, since),
            last.c.author == Author.BOT,
            last.c.stage == Stage.LISTEN,
            last.c.delivery == Delivery.SENT,
            _has_open_case(),
            ~_is_on_its_way(last.c.id),
        )
        .limit(AT_ONCE)
    )


def _has_open_case() -> ColumnElement[bool]:
    return exists().where(
        case_conversations.c.conversation_id == Conversation.id,
        Case.id == case_conversations.c.case_id,
        Case.status == CaseStatus.OPEN,
        ~Case.demo,
    )


def _is_on_its_way(message_id: ColumnElement[int]) -> ColumnElement[bool]:
    return exists().where(
        JOBS.c.task_name == queue.PROACTIVE_TURN,
        JOBS.c.args.op("->>")("key") == func.concat("nudge:", cast(message_id, Text)),
    )
