"""The door by which the customers of a drill come in (playbook D3): nobody else is ever marked as one."""

from typing import Annotated

from fastapi import APIRouter, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel, Field

from bot import visitors
from bot.api.chat import Session
from bot.api.wiring import PROBLEMS, DeskHere
from bot.problem import Problem
from bot.visitors import Rehearsed
from ledger.services import drills
from ledger.vocabulary import Language

router = APIRouter(prefix="/api/v1/drills", tags=["drills"], responses=PROBLEMS)  # type: ignore[arg-type]
_key = HTTPBearer(scheme_name="DrillKey", auto_error=False, description="The key of a drill that is played.")


class NewSession(BaseModel):
    """As whom of the drill's people somebody writes, and in which language."""

    part: str = Field(max_length=100)
    language: Language


@router.post("/{drill_id}/sessions", status_code=201)
async def open_session(
    drill_id: int,
    wish: NewSession,
    desk: DeskHere,
    given: Annotated[HTTPAuthorizationCredentials | None, Security(_key)] = None,
) -> Session:
    """Open a conversation of a drill, for whoever plays it; from here on it is a chat like all others."""
    if given is None:
        raise Problem(401, "key_needed", "Send the drill's key as `Authorization: Bearer …`.")
    async with desk.database.transaction() as session:
        drill = await drills.holder_of(session, drill_id=drill_id, key=given.credentials)
    opened = await visitors.open_conversation(desk, wish.language, Rehearsed(drill.id, wish.part))
    return Session(token=opened.token, conversation=opened.conversation)
