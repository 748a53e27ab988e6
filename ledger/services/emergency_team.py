"""The emergency team (应急小组, playbook D2): called with what each has to do, and here by their own word."""

from datetime import datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from ledger.errors import AlreadyDone, NotAllowed
from ledger.form_book import ByItself, Values
from ledger.models import Case, Form, FormStep, Staff
from ledger.policy import Policy
from ledger.services import clocks
from ledger.services.circle import part_of_team
from ledger.services.entries import SYSTEM, Actor, record
from ledger.services.notices import tell
from ledger.services.roll_call import roll_call, team_round
from ledger.vocabulary import ClockKind, NoticeKind

OPEN: Final = "open"
"""Where an emergency form stands before the team is called."""


async def as_grave_as_that(
    session: AsyncSession, *, form: Form, values: Values, policy: Policy
) -> ByItself | None:
    """The team is called by itself when the case is as grave as the policy says (playbook B5, D2)."""
    case = await session.get_one(Case, form.case_id)
    return ByItself("call") if form.state == OPEN and case.severity in policy.team.called_at else None


async def call_team(
    session: AsyncSession, *, form: Form, step: FormStep, staff: Staff | None, policy: Policy, now: datetime
) -> None:
    """Tell everybody of the team what they have to do; who was called to what stands in the case's book."""
    case = await session.get_one(Case, form.case_id)
    told: dict[str, list[str]] = {}
    for key, role in policy.team.roles.items():
        people = await part_of_team(session, role, now)
        told[key] = [one.username for one in people]
        await tell(
            session,
            kind=NoticeKind.TEAM,
            people=people,
            round=team_round(form, key),
            policy=policy,
            now=now,
            case=case,
            webhooks=False,
        )
    actor = Actor.staff(staff) if staff else SYSTEM
    after = {"form": form.number, "called": told}
    await record(session, case=case, actor=actor, action="form.team_called", now=now, after=after)


async def answer(
    session: AsyncSession, *, form: Form, step: FormStep, staff: Staff | None, policy: Policy, now: datetime
) -> None:
    """Take "here" from somebody who was called; the last one's stops the clock.

    Raises:
        NotAllowed: this person was not called.
        AlreadyDone: they have answered.
    """
    called = await roll_call(session, form, before=step)
    mine = [one for one in called if staff and one.staff_id == staff.id]
    if staff is None or not mine:
        raise NotAllowed(staff.username if staff else None)
    if mine[0].answered_at is not None:
        raise AlreadyDone(staff.username)
    if all(one.answered_at or one.staff_id == staff.id for one in called):
        for clock in await clocks.running_of_form(session, form):
            if clock.kind is ClockKind.ROLL_CALL:
                await clocks.stop(session, clock=clock, by=staff, reason="all_here", now=now)
