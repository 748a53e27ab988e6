"""The complaints of one group event, and those that look as if they belonged to it (playbook B9)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from ledger.models import Case, Fact, Form, FormCase
from ledger.policy import Policy
from ledger.vocabulary import CaseStatus, FactKind, Signal

MOST: Final = 30
FACTS: Final = 300
"""As many of the lead's facts in other cases are read at most."""
ALIKE: Final = (FactKind.PRODUCT, FactKind.PLACE)


@dataclass(frozen=True, slots=True)
class Member:
    """A case of the group; ``lead`` is the one the form is about."""

    number: str
    status: CaseStatus
    category: str | None
    opened_at: datetime
    lead: bool


@dataclass(frozen=True, slots=True)
class Alike:
    """A case that may belong to the group, and why: ``group_event``, ``product`` or ``place``, with words."""

    number: str
    category: str | None
    opened_at: datetime
    reasons: Mapping[str, str]


async def members(session: AsyncSession, form: str) -> Sequence[Member]:
    """The cases of a group event, the lead first."""
    linked = select(FormCase.case_id).join(Form, Form.id == FormCase.form_id).where(Form.number == form)
    lead = await session.scalar(select(Form.case_id).where(Form.number == form))
    of_group = select(Case).where(or_(Case.id == lead, Case.id.in_(linked)))
    found = await session.scalars(of_group.order_by((Case.id != lead), Case.id))
    return [
        Member(case.number, case.status, case.category, case.opened_at, case.id == lead) for case in found
    ]


async def alike(session: AsyncSession, form: str, *, policy: Policy) -> Sequence[Alike]:
    """Open cases that came within the policy's window of the lead and have group words, place or product in
    common with it; not those that are linked. The newest first, thirty at most."""
    group = await session.scalar(select(Form).where(Form.number == form))
    lead = await session.get(Case, group.case_id) if group and group.case_id else None
    if group is None or lead is None:
        return []
    near = _near(group, lead, policy)
    shared = await _facts_like(session, lead, near)
    told = or_(Case.signals.contains([Signal.GROUP_EVENT.value]), Case.id.in_(shared))
    found = await session.scalars(select(Case).where(near, told).order_by(Case.opened_at.desc()).limit(MOST))
    return [Alike(case.number, case.category, case.opened_at, _why(case, shared)) for case in found]


def _near(group: Form, lead: Case, policy: Policy) -> ColumnElement[bool]:
    window = policy.group_events.alike_within
    linked = select(FormCase.case_id).where(FormCase.form_id == group.id)
    return and_(
        Case.status == CaseStatus.OPEN,
        Case.opened_at.between(lead.opened_at - window, lead.opened_at + window),
        Case.id != lead.id,
        Case.id.not_in(linked),
    )


def _why(case: Case, shared: Mapping[int, Mapping[str, str]]) -> Mapping[str, str]:
    words = {Signal.GROUP_EVENT.value: ""} if Signal.GROUP_EVENT in case.signals else {}
    return {**words, **shared.get(case.id, {})}


async def _facts_like(
    session: AsyncSession, lead: Case, near: ColumnElement[bool]
) -> dict[int, dict[str, str]]:
    """By case: which products and places of the lead it names."""
    own = aliased(Fact)
    same = and_(own.case_id == lead.id, own.kind == Fact.kind, own.value == Fact.value)
    standing = (own.replaced_by_id.is_(None), Fact.replaced_by_id.is_(None), Fact.kind.in_(ALIKE))
    rows = select(Fact.case_id, Fact.kind, Fact.said).join(Case, Case.id == Fact.case_id).join(own, same)
    found: dict[int, dict[str, str]] = {}
    for case_id, kind, said in await session.execute(
        rows.where(near, *standing).order_by(Fact.id.desc()).limit(FACTS)
    ):
        found.setdefault(case_id, {})[kind.value] = said
    return found
