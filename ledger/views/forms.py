"""Forms as screens show them: one with everything in it, those of a case, and the open ones."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, not_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload, selectinload

from ledger.form_book import FormDefinition, book
from ledger.models import Clock, Form, FormStep, Staff
from ledger.services.forms import values_of
from ledger.views.clocks import ClockLine, clocks_of
from ledger.vocabulary import Language, Severity


@dataclass(frozen=True, slots=True)
class FormLine:
    """A form in a list; ``case`` is the case's number, ``opened_by`` None when it opened by itself.

    ``due_at`` is its next deadline, told of in the list of open ones.
    """

    number: str
    kind: str
    state: str
    case: str | None
    opened_at: datetime
    opened_by: str | None
    closed_at: datetime | None
    filled: Mapping[str, Any]
    drill: bool = False
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class StepLine:
    """A step that was taken; ``by`` is a name, None when it went by itself."""

    name: str
    from_state: str
    to_state: str
    at: datetime
    by: str | None
    reason: str | None
    entered: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class FormDetail:
    """One form. ``values`` is all that stands in it, ``entered`` what of it people entered.

    ``children`` are the forms its steps opened, ``clocks`` the ones it started, ``severity`` its case's.
    """

    line: FormLine
    values: Mapping[str, Any]
    entered: frozenset[str]
    filled_by: str | None
    steps: Sequence[StepLine]
    children: Sequence[FormLine]
    clocks: Sequence[ClockLine]
    severity: Severity | None

    @property
    def definition(self) -> FormDefinition:
        """What kind of form it is."""
        return book()[self.line.kind]

    @property
    def missing(self) -> list[str]:
        """The fields that a step from here needs and that are empty."""
        steps = self.definition.steps_from(self.line.state)
        needed = [name for _, step in steps for name in step.needed(self.severity)]
        return [name for name in dict.fromkeys(needed) if self.values.get(name) in (None, "", [], False)]


async def form(session: AsyncSession, number: str, language: Language | None = None) -> FormDetail | None:
    """The form with this number, None when there is none; the desk's own words in ``language``."""
    steps = selectinload(Form.steps).joinedload(FormStep.by)
    wanted = select(Form).where(Form.number == number)
    found = await session.scalar(wanted.options(joinedload(Form.case), joinedload(Form.opened_by), steps))
    if found is None:
        return None
    filled_by = await session.get(Staff, found.filled_by_id) if found.filled_by_id else None
    clocks = await clocks_of(session, found.case_id) if found.case_id else []
    return FormDetail(
        line=_line(found),
        values=await values_of(session, found, language),
        entered=frozenset(found.filled),
        filled_by=filled_by.name if filled_by else None,
        steps=[_step(step) for step in found.steps],
        children=await _lines(session, Form.parent_id == found.id),
        clocks=[clock for clock in clocks if clock.form == found.number],
        severity=found.case.severity if found.case else None,
    )


async def forms_of(session: AsyncSession, case_id: int) -> list[FormLine]:
    """The forms of a case, the open ones first, the newest first."""
    lines = await _lines(session, Form.case_id == case_id)
    return sorted(lines, key=lambda line: line.closed_at is not None)


async def open_forms(session: AsyncSession, kind: str | None = None, limit: int = 300) -> list[FormLine]:
    """Forms that are not closed and want something done, of one kind or all.

    What falls due first stands first; then the oldest of those without a deadline.
    """
    running = (Clock.form_id == Form.id, Clock.stopped_at.is_(None))
    due = select(func.min(Clock.due_at)).where(*running).scalar_subquery()
    wanted = _forms().add_columns(due).where(Form.closed_at.is_(None), not_(_resting()))
    wanted = wanted.order_by(due.asc().nulls_last(), Form.opened_at, Form.id).limit(limit)
    if kind is not None:
        wanted = wanted.where(Form.kind == kind)
    return [replace(_veiled(found), due_at=due_at) for found, due_at in await session.execute(wanted)]


async def forms_in(session: AsyncSession, kind: str, states: Sequence[str]) -> list[FormLine]:
    """The forms of a kind that stand in one of ``states``, the newest first."""
    wanted = _forms().where(Form.kind == kind, Form.state.in_(states)).order_by(Form.id.desc())
    return [_veiled(found) for found in await session.scalars(wanted)]


async def _lines(session: AsyncSession, which: Any) -> list[FormLine]:
    found = await session.scalars(_forms().where(which).order_by(Form.id.desc()))
    return [_line(one) for one in found]


def _resting() -> ColumnElement[bool]:
    """What is fixed and asks nothing of anybody, such as a published paper, is not closed and yet done."""
    quiet = [
        (kind, name)
        for kind, form in book().items()
        for name, state in form.states.items()
        if state.fixed and state.todo is None
    ]
    return tuple_(Form.kind, Form.state).in_(quiet)


def _forms() -> Select[Form]:
    return select(Form).options(joinedload(Form.case), joinedload(Form.opened_by))


def _veiled(found: Form) -> FormLine:
    """For lists that go across cases: what stands in a form about a graded one is on its page (C6)."""
    secret = found.case is not None and found.case.secret_grade is not None
    return replace(_line(found), filled={}) if secret else _line(found)


def _line(found: Form) -> FormLine:
    return FormLine(
        number=found.number,
        kind=found.kind,
        state=found.state,
        case=found.case.number if found.case else None,
        opened_at=found.opened_at,
        opened_by=found.opened_by.name if found.opened_by else None,
        closed_at=found.closed_at,
        filled=found.filled,
        drill=found.case is not None and found.case.drill_id is not None,
    )


def _step(step: FormStep) -> StepLine:
    return StepLine(
        name=step.name,
        from_state=step.from_state,
        to_state=step.to_state,
        at=step.at,
        by=step.by.name if step.by else None,
        reason=step.reason,
        entered=step.entered,
    )
