"""How a complaint stands, told to whoever knows its number and its pass-code."""

from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from bot.api.wiring import PROBLEMS, DeskHere, DoorkeeperHere
from bot.auth import address_of
from bot.problem import Problem
from ledger.services import cases
from ledger.services.cases import CaseStatusView

NO_CONVERSATION = 0

router = APIRouter(prefix="/api/v1/chat", tags=["customer"], responses=PROBLEMS)  # type: ignore[arg-type]


class Key(BaseModel):
    """What the customer was told; in the body, so that it stands in no log."""

    number: Annotated[str, Field(min_length=1, max_length=40)]
    pass_code: Annotated[str, Field(min_length=1, max_length=40)]


@router.post("/status")
async def look_up(key: Key, request: Request, desk: DeskHere, doorkeeper: DoorkeeperHere) -> CaseStatusView:
    """The status of a case. A wrong number and a wrong pass-code get the same answer."""
    doorkeeper.let_look_up(desk, address_of(request))
    async with desk.database.transaction() as session:
        found = await cases.status(
            session,
            conversation_id=NO_CONVERSATION,
            number=key.number.strip().upper(),
            pass_code=key.pass_code.strip(),
        )
    if found is None:
        raise Problem(404, "not_found", "No case has this number and this pass-code.")
    return found
