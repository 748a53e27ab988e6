"""What was told and felt in a case: facts and what became of them, and the emotion trail (playbook A9)."""

from bisect import bisect_right
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.models import Case, Entry, Fact, Message, case_conversations
from ledger.vocabulary import Author, FactKind, Stage


@dataclass(frozen=True, slots=True)
class FactLine:
    """A fact of a case, in the customer's words (``said``) and what they come to (``value``).

    ``replaced_by`` is the id of the fact that stands in its place since the customer corrected it.
    """

    id: int
    kind: FactKind
    said: str
    value: Any
    message_id: int
    at: datetime
    replaced_by: int | None


@dataclass(frozen=True, slots=True)
class Feeling:
    """How a message of the customer felt, 0 (calm) to 3, and the stage the case was in when it came."""

    at: datetime
    level: int
    stage: Stage


async def facts_of(session: AsyncSession, case_id: int) -> list[FactLine]:
    """Every fact of the case, corrected ones too, oldest first."""
    rows = await session.scalars(select(Fact).where(Fact.case_id == case_id).order_by(Fact.id))
    return [
        FactLine(row.id, row.kind, row.said, row.value, row.message_id, row.at, row.replaced_by_id)
        for row in rows.all()
    ]


async def emotion_trail(session: AsyncSession, case: Case) -> list[Feeling]:
    """The customer's messages from the one that opened the case on, oldest first.

    The stage is the latest that the case's book says was entered before the message came.
    """
    entered = await _stages_entered(session, case)
    felt = (
        select(Message.at, Message.emotion)
        .join(case_conversations, case_conversations.c.conversation_id == Message.conversation_id)
        .where(
            case_conversations.c.case_id == case.id,
            Message.author == Author.CUSTOMER,
            Message.emotion.is_not(None),
            Message.id >= await _first_message(session, case),
        )
        .order_by(Message.at, Message.id)
    )
    times = [at for at, _ in entered]
    return [
        Feeling(at, level or 0, entered[place - 1][1] if (place := bisect_right(times, at)) else Stage.LISTEN)
        for at, level in await session.execute(felt)
    ]


async def _stages_entered(session: AsyncSession, case: Case) -> list[tuple[datetime, Stage]]:
    entries = select(Entry.at, Entry.after).where(Entry.case_id == case.id, Entry.action == "stage.entered")
    rows = (await session.execute(entries.order_by(Entry.position))).all()
    return [(at, Stage((after or {})["stage"])) for at, after in rows]


async def _first_message(session: AsyncSession, case: Case) -> int:
    """The message that opened the case; 0 when staff entered it, and every message is later."""
    opening = select(Entry.after).where(Entry.case_id == case.id, Entry.position == 1)
    after = await session.scalar(opening) or {}
    return after.get("message") or 0
