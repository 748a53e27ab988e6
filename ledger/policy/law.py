"""Law notes (法规备忘, playbook D7; docs/law.md)."""

from datetime import timedelta
from typing import Annotated

from pydantic import Field

from ledger.parts import Duration, Part


class LawNotes(Part):
    """``recheck_after``: a note nobody held against the law for so long says so to whoever reads it."""

    recheck_after: Annotated[Duration, Field(gt=timedelta())]
