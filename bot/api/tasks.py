"""Promises to customers, kept."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field

from bot.api.wiring import PROBLEMS, DeskHere
from bot.auth import StaffMember
from ledger.services import cases, secrecy
from ledger.views import complaints
from ledger.views.complaints import TaskLine

router = APIRouter(prefix="/api/v1/tasks", tags=["staff"], responses=PROBLEMS)  # type: ignore[arg-type]


class Done(BaseModel):
    """What came of it."""

    note: Annotated[str, Field(min_length=1, max_length=10_000)]


@router.post("/{task_id}/done")
async def done(task_id: int, what: Done, desk: DeskHere, staff: StaffMember) -> TaskLine:
    """Record that the customer was called, and what came of it; the clock stops."""
    async with desk.database.transaction() as session:
        await secrecy.check_task(session, task_id=task_id, staff=staff)
        await cases.complete(session, task_id=task_id, note=what.note, staff=staff, now=desk.now())
        await session.flush()
        session.expire_all()
        return await complaints.task(session, task_id)
