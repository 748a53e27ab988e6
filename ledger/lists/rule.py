"""What a list is: rows that a rule finds now, each with its reasons."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, Protocol

from sqlalchemy.ext.asyncio import AsyncSession

from ledger.policy import Policy
from ledger.sentences import Sentence

MOST: Final = 500
"""As many rows a list has at most; what is longer is no list to work from."""


class Subject(StrEnum):
    """What a row's number belongs to."""

    CASE = "case"
    FORM = "form"
    CONTACT = "contact"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a list: why it is there (``reasons``), since when, whose, and until when.

    ``about`` is the key of a text that says what it is (``category.fee_dispute``); ``department`` is a key.
    ``due_at`` is the earliest deadline that runs.
    """

    subject: Subject
    number: str
    about: str
    reasons: tuple[Sentence, ...]
    since: datetime
    owner_id: int | None
    owner: str | None
    department: str | None
    due_at: datetime | None
    special: bool
    demo: bool


class Find(Protocol):
    """Applies a rule: its rows now, in a department (its key) or everywhere, the most pressing first."""

    async def __call__(
        self, session: AsyncSession, *, policy: Policy, now: datetime, department: str | None
    ) -> list[Row]: ...


@dataclass(frozen=True, slots=True)
class Rule:
    """A list: its ``key``, as in its address and its texts, and how its rows are found."""

    key: str
    find: Find


def in_order(rows: Sequence[Row]) -> list[Row]:
    """Special users first, then whatever is due next, then the oldest; at most MOST."""
    return sorted(rows, key=_urgency)[:MOST]


def _urgency(row: Row) -> tuple[bool, bool, datetime, str]:
    return not row.special, row.due_at is None, row.due_at or row.since, row.number
