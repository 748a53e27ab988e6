"""Forms: read, opened, filled in and led further (docs/forms.md)."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response
from pydantic import BaseModel

from bot.api.wiring import PROBLEMS, DeskHere
from bot.auth import StaffMember
from ledger.errors import NoSuchForm
from ledger.services import forms, secrecy
from ledger.views import forms as view
from ledger.views.forms import FormDetail, FormLine

router = APIRouter(prefix="/api/v1", tags=["staff"], responses=PROBLEMS)  # type: ignore[arg-type]

Number = Annotated[str, Path(max_length=40)]


class Forms(BaseModel):
    """Open forms, the oldest first."""

    items: list[FormLine]


class Opened(BaseModel):
    """Which kind of form, and what is known to go into it."""

    kind: str
    filled: dict[str, Any] = {}


class Filled(BaseModel):
    """Values by field; an empty one is taken out again."""

    filled: dict[str, Any]


class Taken(BaseModel):
    """What the step asks for, and the reason if it needs one."""

    entered: dict[str, Any] = {}
    reason: str | None = None


@router.get("/forms")
async def list_forms(
    desk: DeskHere, staff: StaffMember, kind: Annotated[str | None, Query()] = None
) -> Forms:
    """Forms that are not closed, of one kind or all."""
    async with desk.database.transaction() as session:
        return Forms(items=await view.open_forms(session, kind))


@router.post("/forms", status_code=201)
async def open_of_the_desk(
    what: Opened, desk: DeskHere, staff: StaffMember, response: Response
) -> FormDetail:
    """Open a form about no case."""
    return await _open(desk, staff, what, None, response)


@router.post("/complaints/{number}/forms", status_code=201)
async def open_of_a_case(
    number: Number, what: Opened, desk: DeskHere, staff: StaffMember, response: Response
) -> FormDetail:
    """Open a form about a case."""
    return await _open(desk, staff, what, number, response)


@router.get("/forms/{number}")
async def read_form(number: Number, desk: DeskHere, staff: StaffMember) -> FormDetail:
    """One form: what stands in it, what is missing, its steps and clocks."""
    async with desk.database.transaction() as session:
        await secrecy.open_form(session, number=number, staff=staff, policy=desk.policy, now=desk.now())
        return await _detail(session, number)


@router.patch("/forms/{number}")
async def fill_in(number: Number, what: Filled, desk: DeskHere, staff: StaffMember) -> FormDetail:
    """Enter values."""
    async with desk.database.transaction() as session:
        await secrecy.check_form(session, number=number, staff=staff)
        await forms.fill(
            session, number=number, filled=what.filled, staff=staff, policy=desk.policy, now=desk.now()
        )
        return await _detail(session, number)


@router.post("/forms/{number}/steps/{step}")
async def take_step(number: Number, step: str, what: Taken, desk: DeskHere, staff: StaffMember) -> FormDetail:
    """Lead it a step further."""
    async with desk.database.transaction() as session:
        await secrecy.check_form(session, number=number, staff=staff)
        await forms.take_step(
            session,
            number=number,
            step=step,
            staff=staff,
            policy=desk.policy,
            now=desk.now(),
            entered=what.entered,
            reason=what.reason,
        )
        return await _detail(session, number)


async def _open(
    desk: DeskHere, staff: StaffMember, what: Opened, number: str | None, response: Response
) -> FormDetail:
    async with desk.database.transaction() as session:
        if number is not None:
            await secrecy.permit_for(session, number=number, staff=staff)
        opened = await forms.open_form(
            session,
            kind=what.kind,
            number=number,
            filled=what.filled,
            staff=staff,
            policy=desk.policy,
            now=desk.now(),
        )
        response.headers["Location"] = f"{router.prefix}/forms/{opened.number}"
        return await _detail(session, opened.number)


async def _detail(session: Any, number: str) -> FormDetail:
    session.expire_all()
    found = await view.form(session, number.upper())
    if found is None:
        raise NoSuchForm(number)
    return found
