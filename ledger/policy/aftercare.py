"""What follows once a case is solved: who is owed a contact, and what rekindles it (playbook D5)."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated

from pydantic import Field

from ledger.parts import IN_ORDER, Duration, Part
from ledger.vocabulary import Category, RekindlingSign, Remedy, Severity

Points = Annotated[int, Field(ge=1)]


class Rekindling(Part):
    """When a solved case has come up again (死灰复燃).

    ``within``: for so long after it was solved it is watched. ``mentions_for``: so long what was said
    elsewhere stands as a sign; what many say of one case within ``told_again_after`` is told once.
    ``points``: from so many on the signs are enough; ``complaint`` are those of another complaint of the same
    person, ``elsewhere`` those of something said in public; a sign without points counts for nothing.
    ``alike_at_most``: a post that is like more cases than so many is about none of them in particular.
    ``same_owner``: whoever solved it answers the new complaint too.
    """

    within: Annotated[Duration, Field(gt=timedelta())]
    mentions_for: Annotated[Duration, Field(gt=timedelta())]
    told_again_after: Duration = timedelta(days=1)
    points: Points
    complaint: Mapping[RekindlingSign, Points]
    elsewhere: Mapping[RekindlingSign, Points]
    alike_at_most: Points
    same_owner: bool


class Aftercare(Part):
    """Whose case opens an aftercare form (善后单) when it is solved; one of these is enough.

    ``severities`` and ``categories`` of the case; ``forms``: it has one of such a kind, or moves together
    with one; ``remedies``: one of these was asked for, and something is given.
    """

    severities: Annotated[frozenset[Severity], IN_ORDER]
    categories: Annotated[frozenset[Category], IN_ORDER]
    forms: Annotated[frozenset[str], IN_ORDER]
    remedies: Annotated[frozenset[Remedy], IN_ORDER]
    rekindling: Rekindling
