"""What a member of staff promised a customer, and its keeping."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.errors import AlreadyDone, Missing, NoSuchTask
from ledger.models import Case, Clock, Department, Staff, Task
from ledger.policy import Policy
from ledger.services import clocks
from ledger.services.case_lock import case_numbered, lock
from ledger.services.entries import Actor, record
from ledger.vocabulary import ClockKind


async def promise_call(
    session: AsyncSession,
    *,
    number: str,
    note: str,
    due_at: datetime,
    staff: Staff,
    policy: Policy,
    now: datetime,
    assignee: Staff | None = None,
) -> Task:
    """Record that the customer will be called by ``due_at``, by ``assignee`` (default: who promises).

    Starts the task's clock.

    Raises:
        NoSuchCase
        Missing: there is no note, or the time is past.
    """
    if not note.strip() or due_at <= now:
        raise Missing("note, and a time to come")
    case = await case_numbered(session, number)
    return await open_task(
        session,
        case=case,
        note=note.strip(),
        due_at=due_at,
        assignee_id=(assignee or staff).id,
        actor=Actor.staff(staff),
        policy=policy,
        now=now,
    )


async def open_task(
    session: AsyncSession,
    *,
    case: Case,
    note: str,
    due_at: datetime,
    assignee_id: int | None,
    actor: Actor,
    policy: Policy,
    now: datetime,
    kind: ClockKind = ClockKind.PROMISED_CALL,
    department: Department | None = None,
) -> Task:
    """A task on a case the caller holds, with its clock of ``kind``; ``department`` has to see to it."""
    task = Task(case_id=case.id, assignee_id=assignee_id, note=note, created_at=now)
    task.department_id = department.id if department else None
    session.add(task)
    await session.flush()
    assignee = await session.get(Staff, assignee_id) if assignee_id else None
    after = {"task": task.id, "note": note, "assignee": assignee.username if assignee else None}
    await record(session, case=case, actor=actor, action="task.promised", now=now, after=after)
    await clocks.start(session, case=case, kind=kind, policy=policy, now=now, due_at=due_at, task=task)
    return task


async def complete(session: AsyncSession, *, task_id: int, note: str, staff: Staff, now: datetime) -> Task:
    """Record that it was done, and what came of it; stops the task's clock.

    Who did what the customer was promised has answered them: the first response's clock stops too. What a
    department was called for is no answer yet.

    Raises:
        NoSuchTask
        AlreadyDone: it was done before.
    """
    task = await session.get(Task, task_id)
    if task is None:
        raise NoSuchTask(str(task_id))
    case = await lock(session, task.case_id)
    await session.refresh(task)
    if task.done_at is not None:
        raise AlreadyDone(str(task_id))
    task.done_at, task.done_by_id = now, staff.id
    after = {"task": task.id, "note": note}
    await record(session, case=case, actor=Actor.staff(staff), action="task.done", now=now, after=after)
    for clock in (await session.scalars(select(Clock).where(Clock.task_id == task.id))).all():
        await clocks.stop(session, clock=clock, by=staff, reason="done", now=now)
        if clock.kind is not ClockKind.GREEN_CHANNEL:
            await clocks.stop_first_response(session, case, staff, now)
    return task
