"""The door by which the customers of a drill come in (playbook D3): nobody else is ever marked as one."""

from typing import Annotated

from fastapi import APIRouter, Depends, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel, Field

from bot import visitors
from bot.api.chat import Session
from bot.api.wiring import PROBLEMS, DeskHere
from bot.problem import Problem
from bot.visitors import Rehearsed
from ledger.errors import NotAllowed
from ledger.models import Drill
from ledger.services import drills
from ledger.vocabulary import Language

router = APIRouter(prefix="/api/v1/drills", tags=["drills"], responses=PROBLEMS)  # type: ignore[arg-type]
_key = HTTPBearer(scheme_name="DrillKey", auto_error=False, description="The key of a drill that is played.")


class NewSession(BaseModel):
    """As whom of the drill's people somebody writes, and in which language."""

    part: str = Field(max_length=100)
    language: Language


async def the_drill(
    drill_id: int,
    desk: DeskHere,
    given: Annotated[HTTPAuthorizationCredentials | None, Security(_key)] = None,
) -> Drill:
    """The running drill whose key came with the request. Raises Problem 401."""
    if given is None:
        raise Problem(401, "key_needed", "Send the drill's key as `Authorization: Bearer …`.")
    try:
        async with desk.database.transaction() as session:
            return await drills.holder_of(session, drill_id=drill_id, key=given.credentials)
    except NotAllowed:
        raise Problem(401, "key_refused", "This key opens no running drill.") from None


@router.get("/{drill_id}", status_code=204)
async def is_played_here(drill: Annotated[Drill, Depends(the_drill)]) -> None:
    """Whether this desk's ledger holds the drill of this key."""


@router.post("/{drill_id}/sessions", status_code=201)
async def open_session(
    wish: NewSession, desk: DeskHere, drill: Annotated[Drill, Depends(the_drill)]
) -> Session:
    """Open a conversation of a drill, for whoever plays it; from here on it is a chat like all others."""
    opened = await visitors.open_conversation(desk, wish.language, Rehearsed(drill.id, wish.part))
    return Session(token=opened.token, conversation=opened.conversation)
