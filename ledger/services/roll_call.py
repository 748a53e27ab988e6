"""The emergency team's roll-call (playbook D2): who was called, and who has answered in their own name.

Who was called is what the notices say; who has answered, the form's steps.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.models import Form, FormStep, Notice, Staff
from ledger.vocabulary import NoticeKind, Way

HERE: Final = "here"
"""The step with which a called person answers."""


def team_round(form: Form, role: str) -> str:
    """The notices' ``round`` that calls people to a part in a form's team."""
    return f"form:{form.number}:team:{role}"


@dataclass(frozen=True, slots=True)
class Called:
    """One person called to a part in the team (a key of the policy); ``answered_at`` None: not here yet."""

    role: str
    staff_id: int
    name: str
    called_at: datetime
    answered_at: datetime | None


async def roll_call(session: AsyncSession, form: Form, before: FormStep | None = None) -> Sequence[Called]:
    """Everybody who was called to the form's team, in that order; answers ``before`` a step, or all."""
    round = team_round(form, "")
    told = select(Notice.round, Notice.at, Staff.id, Staff.name).join(Staff, Notice.staff_id == Staff.id)
    told = told.where(Notice.case_id == form.case_id, Notice.kind == NoticeKind.TEAM)
    told = told.where(Notice.way == Way.CONSOLE, Notice.round.startswith(round, autoescape=True))
    answers = select(FormStep.by_id, FormStep.at).where(FormStep.form_id == form.id, FormStep.name == HERE)
    if before is not None:
        answers = answers.where(FormStep.id < before.id)
    at = {by: at for by, at in (await session.execute(answers.order_by(FormStep.id.desc()))).all()}
    rows = (await session.execute(told.order_by(Notice.id))).all()
    return [
        Called(role.removeprefix(round), staff_id, name, called_at, at.get(staff_id))
        for role, called_at, staff_id, name in rows
    ]


async def not_here(session: AsyncSession, form_id: int) -> list[Staff]:
    """Who was called and has not answered."""
    form = await session.get_one(Form, form_id)
    ids = {one.staff_id for one in await roll_call(session, form) if one.answered_at is None}
    lacking = select(Staff).where(Staff.id.in_(ids), Staff.disabled_at.is_(None)).order_by(Staff.id)
    return list(await session.scalars(lacking)) if ids else []
