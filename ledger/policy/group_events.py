"""From when on a group event is a major one (playbook B9), and what belongs together."""

from datetime import timedelta
from typing import Annotated

from pydantic import Field

from ledger.parts import Duration, Part

Count = Annotated[int, Field(ge=1)]


class Major(Part):
    """So many make it major (重大): each by itself."""

    people: Count
    vehicles: Count


class EspeciallyMajor(Part):
    """So many make it especially major (特别重大): people where there is violence, people in an unlawful
    gathering, people hurt, people killed."""

    people_with_violence: Count
    people_unlawful: Count
    injured: Count
    dead: Count


class GroupEvents(Part):
    """Group events (群体性事件).

    ``representatives``: so many speak for the group at most. Complaints that came ``alike_within`` before or
    after the group's first one and are about the same may belong to it.
    """

    representatives: Count
    major: Major
    especially_major: EspeciallyMajor
    alike_within: Annotated[Duration, Field(gt=timedelta())]
