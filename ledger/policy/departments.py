"""Whose desk it is, its departments, and who answers for what (playbook B3)."""

from collections.abc import Mapping
from typing import Self

from pydantic import Field, model_validator

from ledger.parts import Names, Part, TimeZone
from ledger.vocabulary import Category, CrisisType, Signal


class Organisation(Part):
    """Whose desk it is.

    ``region`` (ISO 3166) is where a phone number without a country code is; ``address`` is the desk's own
    address as people outside reach it (``https://desk.example``), for the links in notices.
    """

    names: Names
    time_zone: TimeZone
    region: str = Field(min_length=2, max_length=2)
    address: str | None = None


class DepartmentPolicy(Part):
    """A department as the policy names it; ``key`` is how everything else refers to it.

    ``calendar`` names one of the policy's ``calendars``; without it the organisation's ``hours`` count.
    """

    key: str = Field(pattern=r"^[a-z][a-z_]*$")
    names: Names
    headquarters: bool = False
    calendar: str | None = None


class CrisisRow(Part):
    """Who answers for one kind of crisis (playbook B3).

    ``leads`` answers for it (absent: the department of the category), ``takes_part`` answers with it,
    ``solves`` are those who solve it. ``group``: headquarters is told at once. ``tells``: whether the
    departments are told at once, or only shown.
    """

    leads: str | None = None
    takes_part: tuple[str, ...] = ()
    solves: tuple[str, ...] = ()
    group: bool = False
    tells: bool = True


class Answering(Part):
    """The departments that a case of some crisis and category concerns, as keys (playbook B3)."""

    leads: str
    takes_part: tuple[str, ...] = ()
    solves: tuple[str, ...] = ()
    group: bool = False
    tells: bool = False

    @property
    def departments(self) -> tuple[str, ...]:
        """All of them, each once, who answers first."""
        return tuple(dict.fromkeys((self.leads, *self.takes_part, *self.solves)))


class Matrix(Part):
    """Who answers for what (playbook B3, B6): the category decides who has the case.

    Where nobody complained, the first of ``signals`` that was heard does; in a complaint, the departments of
    its signals are told beforehand. ``crisis`` says who answers beyond that department when the case is a
    crisis of some kind.
    """

    crisis: Mapping[CrisisType, CrisisRow] = Field(default_factory=dict)
    signals: Mapping[Signal, str] = Field(default_factory=dict)
    categories: Mapping[Category, str]
    otherwise: str

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if lacking := [category for category in Category if category not in self.categories]:
            raise ValueError(f"no department for {', '.join(lacking)}")
        return self

    def answering(self, crisis: CrisisType | None, category: Category | None) -> Answering:
        """Who answers for a case of this crisis and category; without a row for it the category decides."""
        usual = self.categories[category] if category else self.otherwise
        row = self.crisis.get(crisis) if crisis else None
        if row is None:
            return Answering(leads=usual)
        return Answering(
            leads=row.leads or usual,
            takes_part=row.takes_part,
            solves=row.solves,
            group=row.group,
            tells=row.tells,
        )

    @property
    def named(self) -> set[str]:
        """Every department it names."""
        rows = self.crisis.values()
        of_crisis = {key for row in rows for key in (row.leads, *row.takes_part, *row.solves) if key}
        return {*self.signals.values(), *self.categories.values(), self.otherwise, *of_crisis}
