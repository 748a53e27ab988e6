"""Reports that were made (docs/reports.md)."""

from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, Field

from bot.api.wiring import PROBLEMS, DeskHere
from bot.auth import StaffMember
from ledger.views.reports import ReportDetail, ReportLine
from ledger.views.reports import report as read_one
from ledger.views.reports import reports as read
from ledger.vocabulary import ReportKind

Id = Annotated[int, Path(ge=1, le=2**62)]
router = APIRouter(prefix="/api/v1/reports", tags=["staff"], responses=PROBLEMS)  # type: ignore[arg-type]


class Filters(BaseModel):
    """Which reports; `before` is the last id of the page before."""

    kind: ReportKind | None = None
    department: str | None = Field(None, max_length=40, description="A department's key.")
    before: int | None = Field(None, ge=1, le=2**62)


class Reports(BaseModel):
    """The newest first, sixty at most."""

    items: list[ReportLine]


@router.get("")
async def list_reports(desk: DeskHere, staff: StaffMember, filters: Annotated[Filters, Query()]) -> Reports:
    """What the caller may read: agents what they were told of and their own department's."""
    async with desk.database.transaction() as session:
        return Reports(items=await read(session, reader=staff, **filters.model_dump()))


@router.get("/{report_id}")
async def show_report(desk: DeskHere, staff: StaffMember, report_id: Id) -> ReportDetail:
    """One report, with the ids of those before and after it."""
    async with desk.database.transaction() as session:
        return await read_one(session, report_id, reader=staff)
