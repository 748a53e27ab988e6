"""When somebody's way of asking looks like a reporter's who does not say so (playbook B10)."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from ledger.parts import Part


class Sign(StrEnum):
    """The signs of playbook B10, in its order."""

    QUESTIONS = "questions"
    TIMING = "timing"
    NOTES = "notes"
    SENSITIVE = "sensitive"
    PHRASING = "phrasing"


class Weight(Part):
    """From how many messages on a sign counts, and how many points it is worth."""

    messages: Annotated[int, Field(ge=1)]
    points: Annotated[int, Field(ge=1)]


class Undercover(Part):
    """Undercover interviews (疑似暗访): suspected from ``points`` on, never without question after question.

    ``last``: so many of the customer's messages are read.
    """

    points: Annotated[int, Field(ge=1)]
    last: Annotated[int, Field(ge=5, le=200)]
    signs: Mapping[Sign, Weight]

    @model_validator(mode="after")
    def _every_sign(self) -> Self:
        if lacking := [sign for sign in Sign if sign not in self.signs]:
            raise ValueError(f"no weight for {', '.join(lacking)}")
        return self
