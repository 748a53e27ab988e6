"""Whose desk it is, its departments, and who answers for what (playbook B3)."""

from collections.abc import Mapping
from typing import Self

from pydantic import Field, model_validator

from ledger.parts import Names, Part, TimeZone
from ledger.vocabulary import Category, Signal


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


class Matrix(Part):
    """Who answers for what (playbook B3, B6): the category decides.

    Where nobody complained, the first of ``signals`` that was heard does; in a complaint, the departments of
    its signals are told beforehand.
    """

    signals: Mapping[Signal, str] = Field(default_factory=dict)
    categories: Mapping[Category, str]
    otherwise: str

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if lacking := [category for category in Category if category not in self.categories]:
            raise ValueError(f"no department for {', '.join(lacking)}")
        return self
