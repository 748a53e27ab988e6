"""Who may read what has a secret grade (保密, playbook C6): the whole rule, in one table.

A reader has grounds for reading a case (they own it, they head its department …); a grade says which grounds
are enough. What has no grade is for everybody who works here.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from ledger.vocabulary import SecretGrade


class Ground(StrEnum):
    """Why somebody needs to know.

    ``department``: its head or delegate. ``unowned_duty``: on the duty list of its department while nobody
    owns the case. ``headquarters_duty``: on headquarters' while its clock runs. ``holder``: speaks with the
    customer at this moment. ``named``: stands on the case's list of readers.
    """

    OWNER = "owner"
    DEPARTMENT = "department"
    UNOWNED_DUTY = "unowned_duty"
    HEADQUARTERS_DUTY = "headquarters_duty"
    HOLDER = "holder"
    SUPERVISOR = "supervisor"
    NAMED = "named"
    HEADQUARTERS_HEAD = "headquarters_head"


ONLY_NAMED: Final = frozenset({Ground.NAMED, Ground.HEADQUARTERS_HEAD})
OPENS: Final[Mapping[SecretGrade, frozenset[Ground]]] = MappingProxyType(
    {
        SecretGrade.TOP_SECRET: ONLY_NAMED,
        SecretGrade.SECRET: ONLY_NAMED,
        SecretGrade.CONFIDENTIAL: frozenset(Ground),
    }
)
"""Any one of these is enough."""


@dataclass(frozen=True, slots=True)
class Reader:
    """A member of staff as the rule sees them: ``heads`` and ``on_duty_of`` are ids of departments."""

    id: int
    heads: frozenset[int]
    on_duty_of: frozenset[int]
    supervises: bool
    heads_headquarters: bool
    on_headquarters_duty: bool


@dataclass(frozen=True, slots=True)
class Permit:
    """Somebody may read a case: on which ``grounds``, and which of its conversations all the same not.

    ``closed_talks`` are conversations that are about another case too, which this reader may not read.
    """

    case_id: int
    number: str
    grade: SecretGrade | None
    grounds: frozenset[Ground]
    closed_talks: frozenset[int] = frozenset()

    def opens(self, grade: SecretGrade | None) -> bool:
        """Whether it is enough for a part of the case with a grade of its own."""
        return opens(grade, self.grounds)


def opens(grade: SecretGrade | None, grounds: Collection[Ground]) -> bool:
    """Whether the grounds are enough to read what has this grade."""
    return grade is None or not OPENS[grade].isdisjoint(grounds)


def rank(grade: SecretGrade | None) -> int:
    """How secret: 0 without a grade, then rising."""
    return 0 if grade is None else len(SecretGrade) - list(SecretGrade).index(grade)


def at_least(grade: SecretGrade | None, other: SecretGrade) -> bool:
    """Whether ``grade`` is as secret as ``other``."""
    return rank(grade) >= rank(other)
