"""How long each clock runs, and who is told when one fails (playbook B1, C3)."""

from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Final, Self

from pydantic import Field, model_validator

from ledger.parts import IN_ORDER, Duration, Part
from ledger.vocabulary import ClockKind

NEVER_PAUSED: Final = frozenset({ClockKind.HEADQUARTERS, ClockKind.PROMISED_CALL})


class Clocks(Part):
    """How long each clock runs (playbook C3).

    A revisit falls due ``revisit`` after resolving; the assistant asks by itself after ``revisit_asks``.
    Kinds ``in_opening_hours`` count those, the others run day and night; kinds that ``pause_while_waiting``
    stand still while the customer has to answer. Headquarters' clock does neither (playbook B1); nor does a
    promised call, which is due at the moment that was promised.
    """

    headquarters: Duration
    first_response: Duration
    progress_update: Duration
    revisit_asks: Duration
    revisit: Duration
    in_opening_hours: Annotated[frozenset[ClockKind], IN_ORDER] = frozenset({ClockKind.FIRST_RESPONSE})
    pause_while_waiting: Annotated[frozenset[ClockKind], IN_ORDER] = frozenset({ClockKind.PROGRESS_UPDATE})

    @model_validator(mode="after")
    def _what_never_pauses(self) -> Self:
        if never := NEVER_PAUSED & (self.in_opening_hours | self.pause_while_waiting):
            raise ValueError(f"{', '.join(sorted(never))} never pauses, day or night")
        return self

    @model_validator(mode="after")
    def _revisit_is_asked_in_time(self) -> Self:
        if self.revisit_asks >= self.revisit:
            raise ValueError("revisit_asks must come before revisit")
        return self

    def length(self, kind: ClockKind) -> timedelta:
        """How long a clock of ``kind`` runs; a promised call has no length of its own (KeyError)."""
        lengths = {
            ClockKind.HEADQUARTERS: self.headquarters,
            ClockKind.FIRST_RESPONSE: self.first_response,
            ClockKind.PROGRESS_UPDATE: self.progress_update,
            ClockKind.REVISIT: self.revisit,
        }
        return lengths[kind]


class Rung(StrEnum):
    """Whom a step of the escalation tells."""

    DUTY = "duty"
    HEAD = "head"
    DELEGATE = "delegate"
    SUPERVISORS = "supervisors"
    ADMINISTRATORS = "administrators"


class Step(Part):
    """One step of the escalation, ``after`` the breach."""

    to: Rung
    after: Duration


class Escalation(Part):
    """What follows when the headquarters clock is breached (playbook B1, B4, 盯促).

    After the last step everybody told so far is urged every ``urge_every``, until somebody acknowledges.
    """

    steps: tuple[Step, ...] = Field(min_length=1)
    urge_every: Annotated[Duration, Field(gt=timedelta())]

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if list(self.steps) != sorted(self.steps, key=lambda step: step.after):
            raise ValueError("the steps must stand in the order of their time")
        return self


FURTHER_CLOCKS: Final = frozenset(
    {
        ClockKind.LEAK_TO_LEAD,
        ClockKind.LEAK_TO_AUTHORITY,
        ClockKind.MISSING_TOP_GRADE,
        ClockKind.MISSING_ITEM,
        ClockKind.PUBLIC_STATEMENT,
        ClockKind.FINDINGS,
        ClockKind.PETITION_REGISTERED,
        ClockKind.PETITION_CLOSED,
        ClockKind.REVIEW_ASKED,
        ClockKind.REVIEW_DECIDED,
        ClockKind.PURSUIT,
        ClockKind.ROLL_CALL,
        ClockKind.AFTERCARE,
    }
)
"""The clocks of playbook C3, and the rounds of urging, that a form starts."""


class Extension(Part):
    """How often and by how much at most a deadline may be put off, with a reason told (playbook C3)."""

    times: int = Field(ge=1)
    at_most: Duration


class Deadline(Part):
    """One of the further clocks of playbook C3.

    ``tells`` are the departments told of its reminders and its breach besides those in charge of the case.
    """

    length: Annotated[Duration, Field(gt=timedelta())]
    tells: tuple[str, ...] = ()
    remind: tuple[Duration, ...] = ()
    extension: Extension | None = None


class Revisit(Part):
    """A rating of 1 to 5 that is ``unhappy_at_most`` reopens the case (playbook A1)."""

    unhappy_at_most: int = Field(ge=1, le=4)
