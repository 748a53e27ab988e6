"""What staff do with a case between its opening and its end."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from ledger.errors import AlreadyResolved, Missing
from ledger.hours import working_time_after
from ledger.live import notify
from ledger.models import Case, Department, Staff
from ledger.policy import Policy
from ledger.services import clocks, waits
from ledger.services.access import may_speak
from ledger.services.case_lock import case_numbered
from ledger.services.entries import Actor, record
from ledger.services.owners import is_named
from ledger.services.pace import policy_for
from ledger.services.speaking import speak
from ledger.services.stages import enter_stage
from ledger.services.tasks import open_task
from ledger.vocabulary import CaseStatus, ClockKind, Stage


async def progress(
    session: AsyncSession, *, number: str, text: str, staff: Staff, policy: Policy, now: datetime
) -> Case:
    """Tell the customer how it goes (the feedback stage), and promise the next word.

    The update is a named person's word, so it stops the first response clock; it stops the running progress
    clock and starts the next, and nobody waits for the customer any longer; a case nobody owned is theirs.
    Without a conversation to write to it becomes a task: call the customer.

    Raises:
        NoSuchCase
        AlreadyResolved
        LineHeld: one named person alone speaks with this customer (playbook C6).
        Missing: the text is empty.
    """
    if not text.strip():
        raise Missing("text")
    case = await open_case_numbered(session, number)
    await may_speak(session, case=case, staff=staff)
    await take_on(session, case, staff, now)
    actor = Actor.staff(staff)
    entry = await record(
        session, case=case, actor=actor, action="case.progress", now=now, after={"text": text.strip()}
    )
    await clocks.stop_first_response(session, case, staff, now)
    kind = ClockKind.PROGRESS_UPDATE
    await clocks.stop_kind(session, case=case, kind=kind, by=staff, reason="updated", now=now)
    # Who promises the next word waits no longer for the customer's.
    waited = await waits.end(session, case=case, by=staff, reason="updated", at=now, now=now)
    following = await clocks.start(session, case=case, kind=kind, policy=policy, now=now)
    if waited:
        await clocks.reckon(session, case=case, policy=policy, now=now)
    await enter_stage(
        session, case=case, stage=Stage.FEEDBACK, evidence_message_id=None, now=now, actor=actor
    )
    assert following.due_at is not None  # noqa: S101 — it starts with no wait running
    told = {
        "number": case.number,
        "name": staff.name,
        "text": text.strip(),
        "next_due": following.due_at.isoformat(),
    }
    key = f"progress:{entry.id}"
    if not await speak(session, case=case, intent="EXTERNAL_progress", key=key, entities=told):
        await tell_by_phone(session, case, text.strip(), staff, policy, now)
    await notify(session, "case", case=case.id, number=case.number)
    return case


async def assign(
    session: AsyncSession,
    *,
    number: str,
    reason: str,
    staff: Staff,
    now: datetime,
    owner: Staff | None = None,
    department: Department | None = None,
) -> Case:
    """Pass the case to ``owner``, to ``department``, or both; never without a trace (不得推诿).

    Raises:
        NoSuchCase
        Missing: no reason was given, or nobody to pass it to.
    """
    if not reason.strip() or not (owner or department):
        raise Missing("a reason, and who takes it")
    case = await case_numbered(session, number)
    before = await _holders(session, case)
    case.owner_id = owner.id if owner else case.owner_id
    case.department_id = department.id if department else case.department_id
    await record(
        session,
        case=case,
        actor=Actor.staff(staff),
        action="case.assigned",
        now=now,
        reason=reason.strip(),
        before=before,
        after=await _holders(session, case),
    )
    await notify(session, "case", case=case.id, number=case.number)
    return case


async def take_on(session: AsyncSession, case: Case, staff: Staff, now: datetime) -> None:
    """Make ``staff`` the owner of a case that has none: who is asked first stays responsible (首问负责, B4).

    Not if it is the person complained about.
    """
    if case.status is CaseStatus.OPEN and case.owner_id is None and not is_named(staff, case.narrative):
        await assign(session, number=case.number, reason="first_asked", staff=staff, owner=staff, now=now)


async def open_case_numbered(session: AsyncSession, number: str) -> Case:
    """The case with this number, held, if it is open.

    Raises:
        NoSuchCase, AlreadyResolved
    """
    case = await case_numbered(session, number)
    if case.status is not CaseStatus.OPEN:
        raise AlreadyResolved(case.number)
    return case


async def tell_customer(
    session: AsyncSession, *, case: Case, text: str, key: str, staff: Staff, policy: Policy, now: datetime
) -> None:
    """A named person's word on a case the caller holds: where the customer wrote, else by a call.

    ``key`` makes it once.
    """
    await clocks.stop_first_response(session, case, staff, now)
    told = {"number": case.number, "name": staff.name, "text": text}
    if not await speak(session, case=case, intent="EXTERNAL_progress", key=key, entities=told):
        await tell_by_phone(session, case, text, staff, policy, now)


async def tell_by_phone(
    session: AsyncSession, case: Case, text: str, staff: Staff, policy: Policy, now: datetime
) -> None:
    """Have the customer called with ``text``, as quickly as a first response; by the owner if any."""
    policy = await policy_for(session, case, policy)
    calendar = await clocks.calendar_of(session, case, policy)
    await open_task(
        session,
        case=case,
        note=text,
        due_at=working_time_after(calendar, now, policy.clocks.first_response),
        assignee_id=case.owner_id or staff.id,
        actor=Actor.staff(staff),
        policy=policy,
        now=now,
    )


async def _holders(session: AsyncSession, case: Case) -> dict[str, str | None]:
    owner = await session.get(Staff, case.owner_id) if case.owner_id else None
    department = await session.get(Department, case.department_id) if case.department_id else None
    return {
        "owner": owner.username if owner else None,
        "department": department.key if department else None,
    }
