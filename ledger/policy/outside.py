"""What people in danger dial, and who answers the press and the authorities (playbook B3, B10)."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from ledger.parts import Duration, Names, Part
from ledger.vocabulary import Language


class Numbers(Part):
    """What a person in danger dials in one region."""

    ambulance: str
    police: str
    crisis_line: str


class Emergency(Part):
    """The numbers a person in danger is told, by region (any name; ISO 3166 is usual).

    Whoever writes a language of ``by_language`` is taken to be in that region, all others in ``default``.
    """

    default: str
    by_language: Mapping[Language, str] = Field(default_factory=dict)
    regions: Mapping[str, Numbers]

    @model_validator(mode="before")
    @classmethod
    def _by_region(cls, written: Any) -> Any:
        if isinstance(written, dict) and set(written) == set(Numbers.model_fields):
            raise ValueError("the numbers stand by region now: {default: CN, regions: {CN: {ambulance: …}}}")
        return written

    @model_validator(mode="after")
    def _regions_are_known(self) -> Self:
        named = {self.default, *self.by_language.values()}
        if unknown := sorted(named - set(self.regions)):
            raise ValueError(f"no numbers for {', '.join(unknown)}")
        return self

    def numbers(self, language: Language) -> Numbers:
        """What somebody who writes ``language`` dials."""
        return self.regions[self.by_language.get(language, self.default)]


class Press(Part):
    """What a journalist hears (playbook B10): ``holding_statement`` and who calls back, nothing else.

    ``spokesperson`` is a department's key; ``answers_within`` counts opening hours.
    """

    holding_statement: Names
    spokesperson: str
    answers_within: Annotated[Duration, Field(gt=timedelta())]


class Officials(Part):
    """Who answers the authorities (playbook B3): the first of ``departments`` has the case, all have a task.

    ``answers_within`` counts opening hours.
    """

    departments: tuple[str, ...] = Field(min_length=1)
    answers_within: Annotated[Duration, Field(gt=timedelta())]
