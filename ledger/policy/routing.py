"""How long a case may take on its way between departments (playbook B1, B3)."""

from datetime import timedelta
from typing import Annotated

from pydantic import Field

from ledger.parts import Duration, Part


class Routing(Part):
    """``green_channel``: within so much of its opening hours each department called to a case answers.

    A case that is open for ``unresolved_after`` is a long-unresolved problem, whatever else it is.
    """

    green_channel: Annotated[Duration, Field(gt=timedelta())]
    unresolved_after: Annotated[Duration, Field(gt=timedelta())]
