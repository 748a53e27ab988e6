"""How often the plans are rehearsed (playbook D3)."""

from datetime import timedelta
from typing import Annotated

from pydantic import Field

from ledger.parts import Duration, Part


class Drills(Part):
    """A drill that was not played for ``every`` is due."""

    every: Annotated[Duration, Field(gt=timedelta())] = timedelta(days=90)
