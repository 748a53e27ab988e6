"""Signing in and out by session cookie, for the console and for programs that prefer it to a token."""

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from bot.api.wiring import PROBLEMS, DeskHere, GuardHere
from bot.auth import StaffMember, address_of, credential, forget, remember
from ledger.models import Staff
from ledger.services import staff as accounts
from ledger.vocabulary import Language, Role

router = APIRouter(prefix="/api/v1/session", tags=["session"], responses=PROBLEMS)  # type: ignore[arg-type]


class Credentials(BaseModel):
    """Name and password."""

    username: str = Field(max_length=200)
    password: str = Field(max_length=1000)


class NewPassword(BaseModel):
    """The password of now, and the one to come."""

    current: str = Field(max_length=1000)
    new: str = Field(max_length=1000)


class Me(BaseModel):
    """Who is signed in; `must_change_password`: nothing else may be done before."""

    username: str
    name: str
    role: Role
    language: Language
    must_change_password: bool


@router.post("", status_code=201)
async def sign_in(
    given: Credentials, request: Request, response: Response, desk: DeskHere, guard: GuardHere
) -> Me:
    """Open a session; its secret is in the cookie `qingting_session`."""
    opened = await guard.sign_in(desk, address_of(request), given.username, given.password)
    remember(response, request, opened, desk.policy.limits.session.total_seconds())
    return _me(opened.staff)


@router.get("")
async def who_am_i(staff: StaffMember) -> Me:
    """Who is signed in."""
    return _me(staff)


@router.delete("", status_code=204)
async def sign_out(request: Request, response: Response, desk: DeskHere, staff: StaffMember) -> None:
    """End this session, or revoke the token that was sent."""
    found = credential(request)
    if found:
        async with desk.database.transaction() as session:
            await accounts.sign_out(session, secret=found[0], now=desk.now())
    forget(response)


@router.post("/password")
async def change_password(
    change: NewPassword,
    request: Request,
    response: Response,
    desk: DeskHere,
    guard: GuardHere,
    staff: StaffMember,
) -> Me:
    """Choose a password of one's own; other sessions end, this one is renewed."""
    address = address_of(request)
    await guard.sign_in(desk, address, staff.username, change.current)
    async with desk.database.transaction() as session:
        await accounts.set_password(
            session, username=staff.username, password=change.new, now=desk.now(), by=staff
        )
    opened = await guard.sign_in(desk, address, staff.username, change.new)
    remember(response, request, opened, desk.policy.limits.session.total_seconds())
    return _me(opened.staff)


def _me(staff: Staff) -> Me:
    return Me(
        username=staff.username,
        name=staff.name,
        role=staff.role,
        language=staff.language,
        must_change_password=staff.must_change_password,
    )
