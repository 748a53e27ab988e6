"""Who waits outside for a department: a spokesperson's call, an answer to an authority (B3, B10)."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.drill_book import Seat
from ledger.errors import NoSuchCase
from ledger.hours import working_time_after
from ledger.models import Case, Clock, Department
from ledger.policy import Policy
from ledger.services import casting, circle, crisis, special
from ledger.services.departments import department
from ledger.services.effects import once
from ledger.services.entries import ASSISTANT, record
from ledger.services.inbound import inbound
from ledger.services.pace import policy_for
from ledger.services.tasks import open_task
from ledger.special import OFFICIAL
from ledger.vocabulary import ClockKind, FactKind

NOTES: Final = Path(__file__).parents[1] / "texts" / "callbacks.yml"
PRESS: Final = "press"


@dataclass(frozen=True, slots=True)
class CallBack:
    """What the ledger holds: ``department`` by name in the case's language, ``due_at`` ISO 8601 in UTC."""

    department: str
    due_at: str


async def have_spokesperson_call(
    session: AsyncSession, *, message_id: int, policy: Policy, now: datetime
) -> CallBack:
    """Give the press department the task of calling the journalist back, with its clock; once a case.

    Effect ``spokesperson``. The case is that of the message's conversation.

    Raises:
        NoSuchMessage
        NoSuchCase: the conversation has none.
    """

    async def make() -> dict[str, Any]:
        into = await inbound(session, message_id)
        if into.case is None:
            raise NoSuchCase(str(message_id))
        agreed = await policy_for(session, into.case, policy)
        spokesperson = await department(session, policy.press.spokesperson)
        due = working_time_after(agreed.calendar(spokesperson.key), now, agreed.press.answers_within)
        await _give(session, into.case, spokesperson, PRESS, due, policy, now)
        await crisis.recognise(session, case=into.case, policy=policy, now=now, told=[FactKind.OUTLET])
        return asdict(_told(into.case, spokesperson, due))

    return CallBack(**await once(session, message_id, "spokesperson", now, make))


async def report_official(
    session: AsyncSession, *, message_id: int, policy: Policy, now: datetime
) -> CallBack:
    """Have headquarters know of an authority at once, and the departments that answer it (playbook B3).

    The case is flagged as an authority's; the first department of the policy has it, each gets a task with a
    clock; once a case. Effect ``official``.

    Raises:
        NoSuchMessage
        NoSuchCase: the conversation has none.
    """

    async def make() -> dict[str, Any]:
        into = await inbound(session, message_id)
        case = into.case
        if case is None:
            raise NoSuchCase(str(message_id))
        answering = [await department(session, key) for key in policy.officials.departments]
        if running := await _first_due(session, case):
            return asdict(_told(case, answering[0], running))
        agreed = await policy_for(session, case, policy)
        due = working_time_after(agreed.calendar(answering[0].key), now, agreed.officials.answers_within)
        await _pass_to(session, case, answering[0], now)
        for each in answering:
            await _give(session, case, each, OFFICIAL, due, policy, now)
        reasons = [(OFFICIAL, special.words_for(OFFICIAL))]
        await special.flag(
            session,
            case=case,
            reasons=reasons,
            message_id=message_id,
            actor=ASSISTANT,
            policy=policy,
            now=now,
        )
        await crisis.recognise(session, case=case, policy=policy, now=now)
        return asdict(_told(case, answering[0], due))

    return CallBack(**await once(session, message_id, OFFICIAL, now, make))


def _told(case: Case, answering: Department, due: datetime) -> CallBack:
    return CallBack(str(answering.names[case.language]), due.isoformat())


async def _first_due(session: AsyncSession, case: Case) -> datetime | None:
    """When the first answer to an authority is due that runs already."""
    if OFFICIAL not in [reason["code"] for reason in case.special_reasons]:
        return None
    due = select(Clock.due_at).where(Clock.case_id == case.id, Clock.kind == ClockKind.PROMISED_CALL)
    found: datetime | None = await session.scalar(due.order_by(Clock.due_at).limit(1))
    return found


async def _pass_to(session: AsyncSession, case: Case, answering: Department, now: datetime) -> None:
    if case.department_id == answering.id:
        return
    before = await session.get(Department, case.department_id) if case.department_id else None
    case.department_id = answering.id
    await record(
        session,
        case=case,
        actor=ASSISTANT,
        action="case.assigned",
        now=now,
        reason=OFFICIAL,
        before={"department": before.key if before else None},
        after={"department": answering.key},
    )


async def _give(
    session: AsyncSession,
    case: Case,
    to: Department,
    what: str,
    due: datetime,
    policy: Policy,
    now: datetime,
) -> None:
    """To who is on duty there, else its head; to the case's owner when it has nobody."""
    if case.drill_id is not None and await casting.is_played(session, case.drill_id):
        people = await casting.seated(session, case.drill_id, Seat.SPOKESPERSON)
    else:
        people = await circle.answering(session, to, now)
    note = _notes()[what][case.language].format(department=to.names[case.language])
    await open_task(
        session,
        case=case,
        note=note,
        due_at=due,
        assignee_id=people[0].id if people else case.owner_id,
        actor=ASSISTANT,
        policy=policy,
        now=now,
        department=to,
    )


@cache
def _notes() -> Mapping[str, Mapping[str, str]]:
    notes: Mapping[str, Mapping[str, str]] = yaml.safe_load(NOTES.read_text(encoding="utf-8"))
    return notes
