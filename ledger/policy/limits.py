"""What one visitor may send, and after how long people are called to what did not end."""

from datetime import timedelta
from typing import Annotated

from pydantic import Field

from ledger.parts import Duration, Part


class Watchdog(Part):
    """After how long people are called to what should have ended by itself.

    ``alarm_after``: a customer's message without a reply or a person, or a reply that has not left.
    ``notices_after``: a notice to staff that has not got through. ``clocks_after``: a clock that is due, and
    nobody has marked it.
    """

    alarm_after: Annotated[Duration, Field(gt=timedelta())] = timedelta(minutes=2)
    notices_after: Annotated[Duration, Field(gt=timedelta())] = timedelta(minutes=30)
    clocks_after: Annotated[Duration, Field(gt=timedelta())] = timedelta(seconds=10)


class Limits(Part):
    """What one visitor may send, and how long a sign-in lasts."""

    message_length: int = Field(gt=0)
    messages_a_minute: int = Field(gt=0)
    file_megabytes: int = Field(gt=0)
    session: Duration
