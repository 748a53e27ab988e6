"""The counted days as a file (playbook C5)."""

from io import BytesIO
from typing import Annotated, Final

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field

from bot.api.wiring import PROBLEMS, DeskHere
from bot.auth import Supervisor
from bot.console.texts import texts
from bot.export import Format
from bot.figures_file import write_figures
from bot.wording import Wording

router = APIRouter(prefix="/api/v1/figures", tags=["staff"], responses=PROBLEMS)  # type: ignore[arg-type]

MEDIA: Final = {
    Format.JSONL: "application/x-ndjson",
    Format.CSV: "text/csv; charset=utf-8",
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


class Wanted(BaseModel):
    """Of how many days, today included, and as what."""

    days: int = Field(30, ge=1, le=366)
    format: Format = Format.JSONL


@router.get("", response_class=Response)
async def read_figures(desk: DeskHere, staff: Supervisor, wanted: Annotated[Wanted, Query()]) -> Response:
    """A line a day and number; `name` is in the caller's language."""
    file, now = BytesIO(), desk.now()
    words = Wording(texts(staff.language), desk.policy, now)
    today = now.astimezone(desk.policy.organisation.time_zone).date()
    async with desk.database.transaction() as session:
        await write_figures(session, words, days=wanted.days, today=today, format=wanted.format, file=file)
    name = f"figures-{today}.{wanted.format}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(file.getvalue(), media_type=MEDIA[wanted.format], headers=headers)
