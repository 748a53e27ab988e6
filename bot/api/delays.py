"""What was late, whose it was, and why (playbook D8)."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from bot.api.wiring import PROBLEMS, DeskHere
from bot.auth import StaffMember, Supervisor
from ledger.services.delays import explain
from ledger.views.delays import Delay, delays

router = APIRouter(prefix="/api/v1/delays", tags=["staff"], responses=PROBLEMS)  # type: ignore[arg-type]


class Filters(BaseModel):
    """Of how many days back, and in which department."""

    days: int = Field(30, ge=1, le=366)
    department: str | None = Field(None, max_length=40, description="A department's key.")


class Delays(BaseModel):
    """The newest first, a thousand at most; `late` in seconds."""

    items: list[Delay]


class Explanation(BaseModel):
    """Why it was not done in time."""

    reason: str = Field(min_length=1, max_length=10_000)


@router.get("")
async def list_delays(desk: DeskHere, staff: Supervisor, filters: Annotated[Filters, Query()]) -> Delays:
    """Breached clocks with who had them when they fell due."""
    async with desk.database.transaction() as session:
        since = desk.now() - timedelta(days=filters.days)
        return Delays(items=await delays(session, since=since, now=desk.now(), department=filters.department))


@router.post("/{clock_id}/explain", status_code=204)
async def explain_delay(clock_id: int, why: Explanation, desk: DeskHere, staff: StaffMember) -> None:
    """Say why a clock was breached, in the caller's name."""
    async with desk.database.transaction() as session:
        await explain(session, clock_id=clock_id, reason=why.reason, staff=staff, now=desk.now())
