"""Complaints and contacts: the list, one of them with everything about it, and what staff do with it."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path, Query, Response
from pydantic import AwareDatetime, BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncSession

from bot.api.wiring import PROBLEMS, DeskHere
from bot.auth import StaffMember
from ledger.models import Staff
from ledger.services import cases, clocks, secrecy
from ledger.services.staff import by_username
from ledger.views import complaints as view
from ledger.views.clocks import ClockLine, clocks_of
from ledger.views.complaints import ComplaintDetail, ComplaintLine, ComplaintPage, Sort, TaskLine, Wanted
from ledger.views.paging import MOST
from ledger.vocabulary import (
    CaseStatus,
    CaseType,
    Category,
    Language,
    Remedy,
    Severity,
    Signal,
    Stage,
)

router = APIRouter(prefix="/api/v1/complaints", tags=["staff"], responses=PROBLEMS)  # type: ignore[arg-type]

Number = Annotated[str, Path(max_length=40, description="The case's number, as in QT-2026-000123.")]
Words = Annotated[str, Field(min_length=1, max_length=10_000)]


class Filters(BaseModel):
    """What a list is about; what is left out is not asked for."""

    state: CaseStatus | None = None
    type: CaseType | None = None
    category: Category | None = None
    severity: Severity | None = None
    stage: Stage | None = None
    special: bool | None = None
    owner: str | None = Field(None, description="A username; `me`; `none` for nobody's.")
    department: str | None = Field(None, description="A department's key.")
    channel: str | None = None
    language: Language | None = None
    opened_from: AwareDatetime | None = None
    opened_before: AwareDatetime | None = None
    q: str | None = Field(
        None,
        max_length=200,
        description="Words of the number, the narrative, the customer's name or contact.",
    )
    sort: Sort = Sort.NEWEST
    cursor: str | None = Field(None, max_length=400, description="`next` of the page before.")
    limit: int = Field(50, ge=1, le=MOST)


class Entered(BaseModel):
    """A complaint somebody made by phone or at the counter; contact is kept only if they `consented`."""

    channel: Literal["phone", "walk_in"]
    narrative: Words
    category: Category
    language: Language = Language.ZH_HANS
    remedies: list[Remedy] = []
    signals: list[Signal] = []
    name: str | None = Field(None, max_length=200)
    phone: str | None = Field(None, max_length=40)
    email: str | None = Field(None, max_length=200)
    consented: bool = False


class Progress(BaseModel):
    """What the customer is told."""

    text: Words


class Resolution(BaseModel):
    """`remedy` was given, `outcome` is told to the customer, `root_cause` is for us."""

    remedy: Words
    outcome: Words
    root_cause: Words


class Waiting(BaseModel):
    """What the customer has to do."""

    reason: Words


class Reopening(BaseModel):
    """Why it is taken up again."""

    reason: Words


class Revisit(BaseModel):
    """What the customer said when somebody called after solving; `rating` is 1 to 5."""

    rating: int = Field(ge=1, le=5)
    opinion: str | None = Field(None, max_length=10_000)


class Promise(BaseModel):
    """A call promised to the customer by `due_at`; `assignee` is a username, by default one's own."""

    note: Words
    due_at: AwareDatetime
    assignee: str | None = None


async def _needs_to_know(number: Number, desk: DeskHere, staff: StaffMember) -> None:
    """Whoever may not read a graded case does nothing with it either (playbook C6)."""
    async with desk.database.transaction() as session:
        await secrecy.permit_for(session, number=number, staff=staff)


NEEDS_TO_KNOW = [Depends(_needs_to_know)]


@router.get("")
async def list_complaints(
    desk: DeskHere, staff: StaffMember, filters: Annotated[Filters, Query()]
) -> ComplaintPage:
    """Cases, open special users first."""
    asked = filters.model_dump(exclude={"state", "sort", "cursor", "limit"})
    if filters.owner == "me":
        asked["owner"] = staff.username
    async with desk.database.transaction() as session:
        return await view.complaints(
            session,
            Wanted(status=filters.state, reader=await secrecy.reader_of(session, staff), **asked),
            sort=filters.sort,
            cursor=filters.cursor,
            limit=filters.limit,
        )


@router.post("", status_code=201)
async def enter_complaint(
    entered: Entered, desk: DeskHere, staff: StaffMember, response: Response
) -> ComplaintDetail:
    """Enter a complaint made by phone or in person; who enters it owns it."""
    async with desk.database.transaction() as session:
        case = await cases.enter_by_staff(
            session, staff=staff, policy=desk.policy, now=desk.now(), **entered.model_dump()
        )
        response.headers["Location"] = f"{router.prefix}/{case.number}"
        return await detail(session, case.number, staff)


@router.get("/{number}")
async def read_complaint(number: Number, desk: DeskHere, staff: StaffMember) -> ComplaintDetail:
    """One case with its ledger entries, clocks, tasks and transcript."""
    async with desk.database.transaction() as session:
        await secrecy.open_case(session, number=number, staff=staff, policy=desk.policy, now=desk.now())
        return await detail(session, number, staff)


@router.post("/{number}/acknowledge")
async def acknowledge(number: Number, desk: DeskHere, staff: StaffMember) -> ClockLine:
    """Headquarters knows: stop the headquarters clock in one's own name."""
    async with desk.database.transaction() as session:
        clock = await clocks.acknowledge(session, number=number, staff=staff, now=desk.now())
        lines = await clocks_of(session, clock.case_id)
    return next(line for line in lines if line.id == clock.id)


@router.post("/{number}/progress", dependencies=NEEDS_TO_KNOW)
async def progress(number: Number, told: Progress, desk: DeskHere, staff: StaffMember) -> ComplaintLine:
    """Tell the customer how it goes, and promise the next word."""
    async with desk.database.transaction() as session:
        await cases.progress(
            session, number=number, text=told.text, staff=staff, policy=desk.policy, now=desk.now()
        )
        return (await detail(session, number, staff)).complaint


@router.post("/{number}/wait", dependencies=NEEDS_TO_KNOW)
async def wait(number: Number, why: Waiting, desk: DeskHere, staff: StaffMember) -> ComplaintDetail:
    """Wait for the customer: clocks that pause stand still until they write, or somebody goes on."""
    async with desk.database.transaction() as session:
        await cases.wait(
            session, number=number, reason=why.reason, staff=staff, policy=desk.policy, now=desk.now()
        )
        return await detail(session, number, staff)


@router.post("/{number}/go-on", dependencies=NEEDS_TO_KNOW)
async def go_on(number: Number, desk: DeskHere, staff: StaffMember) -> ComplaintDetail:
    """Wait for the customer no longer."""
    async with desk.database.transaction() as session:
        await cases.go_on(session, number=number, staff=staff, policy=desk.policy, now=desk.now())
        return await detail(session, number, staff)


@router.post("/{number}/resolve", dependencies=NEEDS_TO_KNOW)
async def resolve(number: Number, how: Resolution, desk: DeskHere, staff: StaffMember) -> ComplaintLine:
    """Mark it solved: the customer is told, and asked again later."""
    async with desk.database.transaction() as session:
        await cases.resolve(
            session, number=number, staff=staff, policy=desk.policy, now=desk.now(), **how.model_dump()
        )
        return (await detail(session, number, staff)).complaint


@router.post("/{number}/reopen", dependencies=NEEDS_TO_KNOW)
async def reopen(number: Number, why: Reopening, desk: DeskHere, staff: StaffMember) -> ComplaintLine:
    """Take a solved or withdrawn case up again."""
    async with desk.database.transaction() as session:
        await cases.reopen(
            session, number=number, reason=why.reason, staff=staff, policy=desk.policy, now=desk.now()
        )
        return (await detail(session, number, staff)).complaint


@router.post("/{number}/revisit", dependencies=NEEDS_TO_KNOW)
async def revisit(number: Number, told: Revisit, desk: DeskHere, staff: StaffMember) -> ComplaintLine:
    """Record a revisit by phone: content closes the case, unhappy reopens it."""
    async with desk.database.transaction() as session:
        await cases.revisited(
            session, number=number, staff=staff, policy=desk.policy, now=desk.now(), **told.model_dump()
        )
        return (await detail(session, number, staff)).complaint


@router.post("/{number}/tasks", status_code=201, dependencies=NEEDS_TO_KNOW)
async def promise(number: Number, promised: Promise, desk: DeskHere, staff: StaffMember) -> TaskLine:
    """Record a call promised to the customer; its clock starts."""
    async with desk.database.transaction() as session:
        task = await cases.promise_call(
            session,
            number=number,
            note=promised.note,
            due_at=promised.due_at,
            staff=staff,
            assignee=await by_username(session, promised.assignee) if promised.assignee else None,
            policy=desk.policy,
            now=desk.now(),
        )
        return await view.task(session, task.id)


async def detail(session: AsyncSession, number: str, staff: Staff) -> ComplaintDetail:
    # What was changed above must be read as the database has it, not as the session remembers it.
    await session.flush()
    permit = await secrecy.permit_for(session, number=number, staff=staff)
    session.expire_all()
    found = await view.complaint(session, permit.number, permit)
    assert found is not None  # noqa: S101 — there is none without a permit
    return found
