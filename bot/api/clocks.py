"""Clocks: what is due, what was kept, what was missed (playbook C3)."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from bot.api.wiring import PROBLEMS, DeskHere
from bot.auth import StaffMember
from ledger.views.clocks import ClockPage, ClockState, clocks
from ledger.views.paging import MOST
from ledger.vocabulary import ClockKind

router = APIRouter(prefix="/api/v1/clocks", tags=["staff"], responses=PROBLEMS)  # type: ignore[arg-type]


class Filters(BaseModel):
    """Which clocks; `breached` ones may be running yet or stopped late."""

    state: ClockState | None = None
    kind: ClockKind | None = None
    complaint: str | None = Field(None, max_length=40, description="A case's number.")
    cursor: str | None = Field(None, max_length=400, description="`next` of the page before.")
    limit: int = Field(50, ge=1, le=MOST)


@router.get("")
async def list_clocks(desk: DeskHere, staff: StaffMember, filters: Annotated[Filters, Query()]) -> ClockPage:
    """Clocks, the earliest due first."""
    async with desk.database.transaction() as session:
        return await clocks(session, **filters.model_dump())
