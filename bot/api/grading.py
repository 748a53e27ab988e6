"""How grave a case is, and why; a supervisor may decide otherwise (playbook B5)."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncSession

from bot.api.complaints import Number, detail
from bot.api.wiring import PROBLEMS, DeskHere
from bot.auth import StaffMember, Supervisor
from bot.desk import Desk
from ledger.models import Staff
from ledger.services import cases
from ledger.views.grading import Grade, grade_of
from ledger.vocabulary import Severity

router = APIRouter(prefix="/api/v1/complaints", tags=["staff"], responses=PROBLEMS)  # type: ignore[arg-type]


class Verdict(BaseModel):
    """How grave it is by a supervisor's judgement, and why."""

    severity: Severity
    reason: Annotated[str, Field(min_length=1, max_length=10_000)]


@router.get("/{number}/grade")
async def read_grade(number: Number, desk: DeskHere, staff: StaffMember) -> Grade:
    """Severity and risk, each point with its reason in three languages, and what to do now."""
    async with desk.database.transaction() as session:
        return await _grade(session, desk, number, staff)


@router.post("/{number}/grade")
async def overrule(number: Number, verdict: Verdict, desk: DeskHere, staff: Supervisor) -> Grade:
    """Decide how grave it is; that stays until it is decided again."""
    async with desk.database.transaction() as session:
        await cases.overrule(
            session,
            number=number,
            staff=staff,
            policy=desk.policy,
            now=desk.now(),
            **verdict.model_dump(),
        )
        return await _grade(session, desk, number, staff)


async def _grade(session: AsyncSession, desk: Desk, number: str, staff: Staff) -> Grade:
    return grade_of(await detail(session, number, staff), desk.policy)
