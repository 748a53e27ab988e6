"""How the assistant listens and speaks (playbook A1 to A6)."""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from ledger.parts import Duration, Names, Part


class Anger(Part):
    """Messages in a row at emotion ``level`` or more, not calming down.

    After ``offer_after`` of them a person is offered, after ``call_after`` one is called unasked.
    """

    level: int = Field(ge=1, le=3)
    offer_after: int = Field(ge=1)
    call_after: int = Field(ge=1)

    @model_validator(mode="after")
    def _offered_before_called(self) -> Self:
        if self.call_after <= self.offer_after:
            raise ValueError("call_after must be greater than offer_after")
        return self


class Listening(Part):
    """How long the assistant listens for more before it answers (``ledger/listening.py`` says which applies).

    ``finished`` after words that look finished, ``pause`` after words that may be, ``unfinished`` after words
    that are not; ``typing`` after the customer was last seen writing; never more than ``longest`` from the
    first unanswered message on. ``longest`` zero: every message is answered by itself, at once; what waits
    behind an answer is gathered all the same when it is more than ``flood`` messages.
    """

    finished: Duration = timedelta(seconds=1)
    pause: Duration = timedelta(seconds=2)
    unfinished: Duration = timedelta(seconds=5)
    typing: Duration = timedelta(seconds=5)
    # What is older than half a minute and has no answer is taken for forgotten.
    longest: Annotated[Duration, Field(le=timedelta(seconds=30))] = timedelta(seconds=15)
    flood: Annotated[int, Field(ge=1)] = 20

    @property
    def off(self) -> bool:
        """Whether every message is answered by itself."""
        return not self.longest


class Handoff(Part):
    """When a person who holds a conversation counts as absent.

    Who gives no sign of life for ``absent_after`` while the customer waits loses it to the queue.
    """

    absent_after: Annotated[Duration, Field(gt=timedelta())] = timedelta(minutes=5)


class Capacity(Part):
    """More customers at once than can be answered: from when on they hear their number in the line.

    That is when somebody has been waiting there for ``answer_within``. Who writes on while they wait hears it
    again, at most every ``say_again_after``.
    """

    answer_within: Duration = timedelta(seconds=10)
    say_again_after: Duration = timedelta(minutes=1)


class Silence(Part):
    """After the assistant asked and hears nothing for ``nudge_after``, it asks once more, gently.

    ``nudge_within``: so long after that it still does; whoever left half a day ago is not called after.
    """

    nudge_after: Duration
    nudge_within: Duration = timedelta(hours=6)


class Demands(Part):
    """Demands that are explained before our word is given (playbook A6, B6).

    ``beyond`` is the amount, by currency (ISO 4217), above which one is; a currency that is not listed never
    is. ``decided_by`` is the key of the department that decides such a demand.
    """

    beyond: Mapping[str, Annotated[Decimal, Field(gt=0)]] = Field(default_factory=dict)
    decided_by: str

    def exceeded_by(self, amount: Mapping[str, Any]) -> bool:
        """Whether a fact's amount (``{"amount": "2000", "currency": "CNY"}``) is more than is given so."""
        bound = self.beyond.get(amount.get("currency") or "")
        return bound is not None and Decimal(amount["amount"]) > bound


class Answers(Part):
    """What the organisation has written to be told as it is; of what is ``None``, who decides and by when.

    ``refund`` is how a refund works here, ``regulator`` where to turn when our answer does not satisfy.
    """

    refund: Names | None = None
    regulator: Names | None = None

    def cut_from(self, text: str) -> str:
        """A text without what the organisation wrote in it: that is its decision, not the assistant's."""
        for written in (self.refund, self.regulator):
            for told in (written or {}).values():
                text = text.replace(told, " ")
        return text
