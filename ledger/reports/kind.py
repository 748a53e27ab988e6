"""What a kind of report is: how its content is gathered, and what its figures amount to."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncSession

from ledger.policy import Policy
from ledger.reports.content import Content, Section
from ledger.sentences import Sentence
from ledger.vocabulary import ReportKind


@dataclass(frozen=True, slots=True)
class Asked:
    """What a report is about: the time from ``since`` up to ``until``, a department (its key) or all of them.

    What stands open is told as of ``now``.
    """

    policy: Policy
    since: datetime
    until: datetime
    now: datetime
    department: str | None


class Gather(Protocol):
    """Reads what stands in a report; only reads."""

    async def __call__(self, session: AsyncSession, asked: Asked) -> Sequence[Section]: ...


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of report. ``conclude`` sees the figures beside those of before."""

    key: ReportKind
    gather: Gather
    conclude: Callable[[Content], Sequence[Sentence]]
