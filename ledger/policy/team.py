"""Who is called in a crisis, and what each does (playbook D2)."""

from collections.abc import Mapping
from typing import Annotated, Self

from pydantic import Field, model_validator

from ledger.parts import IN_ORDER, Names, Part
from ledger.vocabulary import Severity


class TeamRole(Part):
    """One part in the emergency team: who takes it, by department (its duty list, else its head) or by user
    name, and ``duties``, what they are told to do."""

    names: Names
    duties: Names
    departments: tuple[str, ...] = ()
    people: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _somebody(self) -> Self:
        if not self.departments and not self.people:
            raise ValueError("names nobody: departments, or people")
        return self


class Team(Part):
    """The emergency team (应急小组): ``roles`` in their order, called by itself at ``called_at``."""

    called_at: Annotated[frozenset[Severity], IN_ORDER]
    roles: Mapping[str, TeamRole] = Field(min_length=1)
