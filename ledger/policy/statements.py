"""One voice (playbook D1): what a statement may say, and when its end is near (docs/statements.md)."""

from datetime import timedelta
from typing import Annotated

from pydantic import Field

from ledger.parts import Duration, Part


class Statements(Part):
    """Statements by topic.

    ``may_say`` are the guard's rules that an approved statement may break, since its approval authorises it;
    ``ends_soon`` is how long before its end a statement is on the list of those to be renewed.
    """

    may_say: frozenset[str]
    ends_soon: Annotated[Duration, Field(gt=timedelta())]
