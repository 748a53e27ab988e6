"""From when on a rule finds a case (docs/lists.md)."""

from datetime import timedelta
from typing import Annotated

from pydantic import Field

from ledger.parts import Duration, Part


class NailHouseholds(Part):
    """Who counts as a nail household (钉子户, playbook B2); one of these is enough.

    ``contacts``: on so many different days ``within`` the customer came. ``reopenings``: so often the case
    was reopened. ``open_for``: so long it is open.
    """

    contacts: int = Field(ge=2)
    within: Annotated[Duration, Field(ge=timedelta(days=1))]
    reopenings: int = Field(ge=1)
    open_for: Annotated[Duration, Field(gt=timedelta())]


class Unexplained(Part):
    """For so long a delay that nobody has explained is asked about (playbook D8)."""

    within: Annotated[Duration, Field(gt=timedelta())]


class Lists(Part):
    """The thresholds of the lists with a rule."""

    nail_households: NailHouseholds
    unexplained: Unexplained
