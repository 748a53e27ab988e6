"""Marks that wait for a second person (playbook B8)."""

from fastapi import APIRouter
from pydantic import BaseModel

from bot.api.wiring import PROBLEMS, DeskHere
from bot.auth import Supervisor
from ledger.views.marks import MarkLine, open_marks

router = APIRouter(prefix="/api/v1/marks", tags=["staff"], responses=PROBLEMS)  # type: ignore[arg-type]


class Marks(BaseModel):
    """Open marks, the oldest first."""

    items: list[MarkLine]


@router.get("")
async def list_marks(desk: DeskHere, staff: Supervisor) -> Marks:
    """What nobody has confirmed or dismissed yet."""
    async with desk.database.transaction() as session:
        return Marks(items=await open_marks(session))
