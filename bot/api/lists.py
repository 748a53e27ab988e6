"""Lists with a rule: what each finds now (docs/lists.md)."""

from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel

from bot.api.wiring import PROBLEMS, DeskHere
from bot.auth import Supervisor
from ledger.lists import LISTS, Row, list_called

router = APIRouter(prefix="/api/v1/lists", tags=["staff"], responses=PROBLEMS)  # type: ignore[arg-type]

Department = Annotated[str | None, Query(max_length=40, description="A department's key; absent: all.")]


class Counted(BaseModel):
    """A list, and how many rows it has now."""

    key: str
    count: int


class Counts(BaseModel):
    """All lists, in the order the console shows them."""

    items: list[Counted]


class Listed(BaseModel):
    """One list's rows, the most pressing first, five hundred at most."""

    key: str
    items: list[Row]


@router.get("")
async def list_lists(desk: DeskHere, staff: Supervisor, department: Department = None) -> Counts:
    """Every list with its count."""
    return Counts(items=[Counted(key=key, count=len(await _find(desk, key, department))) for key in LISTS])


@router.get("/{key}")
async def show_list(
    desk: DeskHere, staff: Supervisor, key: Annotated[str, Path(max_length=40)], department: Department = None
) -> Listed:
    """One list: each row with its reasons as codes and values."""
    return Listed(key=key, items=await _find(desk, key, department))


async def _find(desk: DeskHere, key: str, department: str | None) -> list[Row]:
    async with desk.database.transaction() as session:
        found = list_called(key).find
        return await found(session, policy=desk.policy, now=desk.now(), department=department)
