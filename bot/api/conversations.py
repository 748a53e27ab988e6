"""Taking a conversation over, speaking in it, handing it back."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from sqlalchemy.orm import joinedload

from bot import conversation
from bot.api.wiring import PROBLEMS, DeskHere
from bot.auth import StaffMember
from bot.problem import Problem
from ledger.models import Conversation
from ledger.services import secrecy
from ledger.views.messages import Line, transcript
from ledger.vocabulary import Holding

PAGE = 500

router = APIRouter(prefix="/api/v1/conversations", tags=["staff"], responses=PROBLEMS)  # type: ignore[arg-type]


class Held(BaseModel):
    """Who speaks for the desk; `holder` is the person's name, None while the assistant speaks."""

    holding: Holding
    holder: str | None


class Transcript(Held):
    """A conversation as staff read it."""

    id: int
    channel: str
    messages: list[Line]


class Taking(BaseModel):
    """`force` lets a supervisor take it from somebody else."""

    force: bool = False


class Words(BaseModel):
    """What the customer is told."""

    text: Annotated[str, Field(min_length=1, max_length=10_000)]


class MessageId(BaseModel):
    """The message is in the log, and on its way."""

    id: int


@router.get("/{conversation_id}")
async def read_conversation(
    conversation_id: int, desk: DeskHere, staff: StaffMember, after: Annotated[int, Query(ge=0)] = 0
) -> Transcript:
    """Who holds it, and the transcript after message `after`, 500 lines at most."""
    async with desk.database.transaction() as session:
        row = await session.get(Conversation, conversation_id, options=[joinedload(Conversation.holder)])
        if row is None:
            raise Problem(404, "not_found", f"There is no conversation {conversation_id}.")
        await secrecy.open_conversation(
            session, conversation_id=row.id, staff=staff, policy=desk.policy, now=desk.now()
        )
        lines = await transcript(session, [row.id], after=after, limit=PAGE)
        return Transcript(
            id=row.id,
            channel=row.channel,
            holding=row.holding,
            holder=row.holder.name if row.holder else None,
            messages=lines,
        )


@router.post("/{conversation_id}/take")
async def take(conversation_id: int, desk: DeskHere, staff: StaffMember, how: Taking | None = None) -> Held:
    """Hold it from this instant; 409 with its `holder` if somebody else does."""
    force = how is not None and how.force
    held = await conversation.take(desk, conversation_id=conversation_id, staff=staff, force=force)
    return Held(holding=held.holding, holder=staff.name)


@router.post("/{conversation_id}/release")
async def release(conversation_id: int, desk: DeskHere, staff: StaffMember) -> Held:
    """Hand it back to the assistant, which is told what was said."""
    held = await conversation.release(desk, conversation_id=conversation_id, staff=staff)
    return Held(holding=held.holding, holder=None)


@router.post("/{conversation_id}/messages", status_code=202)
async def speak(conversation_id: int, words: Words, desk: DeskHere, staff: StaffMember) -> MessageId:
    """Write to the customer as the person who holds the conversation."""
    sent = await conversation.send_as_agent(
        desk, conversation_id=conversation_id, staff=staff, text=words.text
    )
    return MessageId(id=sent.id)
