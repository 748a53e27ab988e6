"""The forms of the rule book (处理单, playbook B8 to D5), as data: what is filled in, and the path each goes.

One file a form in ``ledger/forms``, named as its kind; docs/forms.md tells how to write one. What is true of
every form is in ``ledger/services/forms.py``; a form's own file says all that is its own.
"""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Any, Final, Literal, Self

import yaml
from pydantic import Field, model_validator

from ledger.parts import Names, Part
from ledger.vocabulary import CaseStatus, Category, Circle, ClockKind, FactKind, Role, Severity, Signal

FOLDER: Final = Path(__file__).parent / "forms"

Values = Callable[[], Awaitable[Mapping[str, Any]]]
"""Reads what stands in a form."""

FieldKind = Literal["line", "text", "number", "choice", "several", "yes", "day", "moment", "person"]


class FormField(Part):
    """One field. ``kind`` is what is entered: a ``person`` is a username, ``several`` a list of ``options``.

    ``known`` names where the desk knows it from (``ledger/services/known.py``); ``personal``: it says who
    somebody is, and its value stays out of the ledger's entries. ``asked_in``: people are asked for it in
    these states alone; absent, in all.
    """

    names: Names
    kind: FieldKind = "line"
    options: Mapping[str, Names] = Field(default_factory=dict)
    known: str | None = None
    personal: bool = False
    asked_in: tuple[str, ...] | None = None
    hint: Names | None = None

    @model_validator(mode="after")
    def _options_belong_to_choices(self) -> Self:
        if bool(self.options) != (self.kind in ("choice", "several")):
            raise ValueError("options belong to a choice, and a choice has some")
        return self


class State(Part):
    """Where a form stands; ``todo`` is what is to be done there, ``end`` closes it.

    ``fixed``: what stands in it is kept as it is, and nothing is filled in until a step leads back. An
    end is.
    """

    names: Names
    todo: Names | None = None
    end: bool = False
    fixed: bool = False


class StepDefinition(Part):
    """What somebody does to a form.

    ``to`` absent: it stays where it is, and the step is a line of its log. ``needs`` are fields that must be
    known or filled in, ``needs_at`` more of them when its case is so grave, ``forbids`` fields that bar it,
    ``needs_form`` kinds of form it must have opened before. ``fields`` are asked for with the step and kept
    with it; one that the form has too is filled in there. ``by_hand``: whether people take it. ``second``: by
    another person than who brought it here or filled it in last; ``not_by``: nor by who took one of these
    steps. ``starts`` and ``stops`` clocks; ``due`` is a field with the day its own clock ends. ``extends``
    puts a running clock off, to the moment in the step's field ``until``. ``tells`` people, ``opens`` further
    forms. ``letter`` is what the customer is told in writing, with the fields' values, ``{form}``,
    ``{number}`` and ``{reason}`` in it. ``when_due``: taken by itself when the form's clock of this kind
    falls due, ``when_case``: when its case becomes so. ``does`` names an effect of its own
    (``ledger/services/form_effects.py``).
    """

    names: Names
    source: tuple[str, ...] = Field(alias="from", min_length=1)
    by_hand: bool = True
    to: str | None = None
    role: Role = Role.AGENT
    second: bool = False
    not_by: tuple[str, ...] = ()
    reason: bool = False
    needs: tuple[str, ...] = ()
    needs_at: Mapping[Severity, tuple[str, ...]] = Field(default_factory=dict)
    forbids: tuple[str, ...] = ()
    needs_form: tuple[str, ...] = ()
    fields: Mapping[str, FormField] = Field(default_factory=dict)
    starts: tuple[ClockKind, ...] = ()
    stops: tuple[ClockKind, ...] = ()
    due: str | None = None
    extends: ClockKind | None = None
    tells: tuple[Circle, ...] = ()
    opens: tuple[str, ...] = ()
    does: str | None = None
    letter: Names | None = None
    when_due: ClockKind | None = None
    when_case: frozenset[CaseStatus] = frozenset()

    def needed(self, severity: Severity | None) -> tuple[str, ...]:
        """The fields that must be known or filled in, for a case so grave."""
        return (*self.needs, *(self.needs_at.get(severity, ()) if severity else ()))


@dataclass(frozen=True, slots=True)
class ByItself:
    """A step that a form is to take by itself, with what is kept with it."""

    step: str
    entered: Mapping[str, Any] = field(default_factory=dict)


class Trigger(Part):
    """When a form opens by itself: all that is given must hold, one of each kind is enough."""

    signals: frozenset[Signal] = frozenset()
    categories: frozenset[Category] = frozenset()
    severities: frozenset[Severity] = frozenset()
    reasons: frozenset[str] = frozenset()
    facts: frozenset[FactKind] = frozenset()
    special: bool | None = None

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not self.model_fields_set:
            raise ValueError("a trigger without a condition")
        return self


class FormDefinition(Part):
    """A kind of form.

    ``of`` a case, or of the desk as a whole. ``once``: a case has one open form of the kind at a time.
    ``role`` is who may open it; ``by_hand``: whether people do. ``starts``, ``due`` (a field with the day its
    own clock ends) and ``tells`` are for its opening. ``needed_to_close``: a case so grave is not closed
    before this form has ended (playbook D4). ``watches`` names what leads it on by itself as things change
    (``ledger/services/form_watchers.py``). The first of ``states`` is where it begins.
    """

    prefix: str = Field(pattern=r"^[A-Z]{2}$")
    section: str = Field(pattern=r"^[ABCD]\d\d?$")
    names: Names
    about: Names
    of: Literal["case", "desk"] = "case"
    once: bool = True
    role: Role = Role.AGENT
    by_hand: bool = True
    opens_itself: tuple[Trigger, ...] = ()
    needed_to_close: frozenset[Severity] = frozenset()
    starts: tuple[ClockKind, ...] = ()
    due: str | None = None
    tells: tuple[Circle, ...] = ()
    watches: str | None = None
    fields: Mapping[str, FormField] = Field(default_factory=dict)
    states: Mapping[str, State] = Field(min_length=2)
    steps: Mapping[str, StepDefinition] = Field(min_length=1)

    @model_validator(mode="after")
    def _fields_are_asked_for_in_states(self) -> Self:
        for name, one in self.fields.items():
            if strange := sorted(set(one.asked_in or ()) - set(self.states)):
                raise ValueError(f"fields.{name}: no such state: {', '.join(strange)}")
        return self

    @model_validator(mode="after")
    def _the_path_holds_together(self) -> Self:
        if self.due and self.due not in self.fields:
            raise ValueError(f"due: no such field: {self.due}")
        for name, step in self.steps.items():
            if strange := sorted({*step.source, step.to or step.source[0]} - set(self.states)):
                raise ValueError(f"steps.{name}: no such state: {', '.join(strange)}")
            graver = [name for names in step.needs_at.values() for name in names]
            asked = {*step.needs, *graver, *step.forbids, *([step.due] if step.due else [])}
            if strange := sorted(asked - {*self.fields, *step.fields}):
                raise ValueError(f"steps.{name}: no such field: {', '.join(strange)}")
            if strange := sorted(set(step.not_by) - set(self.steps)):
                raise ValueError(f"steps.{name}: no such step: {', '.join(strange)}")
            if any(self.states[state].end for state in step.source):
                raise ValueError(f"steps.{name}: nothing leads on from an end")
            told = {*self.fields, *step.fields, "form", "number", "reason"}
            if strange := sorted(_named_in(step.letter) - told):
                raise ValueError(f"steps.{name}: the letter names no field: {', '.join(strange)}")
        if not any(state.end for state in self.states.values()):
            raise ValueError("no state ends it")
        return self

    @property
    def first(self) -> str:
        """The state it begins in."""
        return next(iter(self.states))

    def ends(self, state: str) -> bool:
        """Whether ``state`` closes it."""
        return self.states[state].end

    def fixes(self, state: str) -> bool:
        """Whether what stands in it is not changed in ``state``."""
        return self.states[state].fixed or self.ends(state)

    def asks(self, state: str) -> list[str]:
        """The fields that people are asked for in ``state``, in their order."""
        return [name for name, one in self.fields.items() if one.asked_in is None or state in one.asked_in]

    def steps_from(self, state: str) -> Iterator[tuple[str, StepDefinition]]:
        """The steps that people may take in ``state``, in their order."""
        return ((name, step) for name, step in self.steps.items() if state in step.source and step.by_hand)


def _named_in(letter: Names | None) -> set[str]:
    texts = (letter or {}).values()
    return {name for text in texts for _, name, _, _ in Formatter().parse(text) if name is not None}


@cache
def book() -> Mapping[str, FormDefinition]:
    """Every kind of form, by its name.

    Raises:
        ValueError: a file does not make sense; the message names it.
    """
    found = {file.stem: _read(file) for file in sorted(FOLDER.glob("*.yml"))}
    for kind, form in found.items():
        opened = {other for step in form.steps.values() for other in (*step.opens, *step.needs_form)}
        if strange := sorted(opened - set(found)):
            raise ValueError(f"{kind}: opens no known form: {', '.join(strange)}")
    return found


def _read(file: Path) -> FormDefinition:
    written: Any = yaml.safe_load(file.read_text(encoding="utf-8"))
    try:
        return FormDefinition.model_validate(written)
    except ValueError as error:
        raise ValueError(f"{file.name}: {error}") from error
