"""Who had a case from when to when, and what fell due meanwhile (playbook B4, D8 不得推诿).

Read off the case's book, so that nobody can have had it without a trace.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final

from ledger.services.entries import OPENED, REOPENED
from ledger.views.clocks import ClockLine
from ledger.views.complaints import EntryLine
from ledger.vocabulary import ActorKind

GIVEN: Final = frozenset({OPENED, "case.assigned"})
ENDED: Final = frozenset({"case.resolved", "case.withdrawn"})
WAITING: Final = "case.waiting"
NO_LONGER_WAITING: Final = frozenset({"case.waited", *ENDED})


@dataclass(frozen=True, slots=True)
class Holding:
    """A time in which one person (a username, None: nobody) and one department (a key) had the case.

    ``given_by`` and ``reason`` say who handed it over and why. ``until`` is None while it is theirs; the time
    between a case's end and its reopening is nobody's. ``waited`` is how much of it the customer had to
    answer. ``breached`` are the clocks that fell due meanwhile.
    """

    owner: str | None
    department: str | None
    since: datetime
    until: datetime | None
    given_by_kind: ActorKind
    given_by: str
    reason: str | None
    waited: timedelta
    breached: tuple[ClockLine, ...] = field(default=())

    def lasted(self, now: datetime) -> timedelta:
        """How long they had it, or have it by now."""
        return (self.until or now) - self.since


def holdings(entries: Sequence[EntryLine], clocks: Sequence[ClockLine], *, now: datetime) -> list[Holding]:
    """Every holding of a case from its whole book, the first one first."""
    turns = [line for line in entries if line.action in GIVEN | ENDED or line.action == REOPENED]
    waits = list(_waits(entries, now))
    owner = department = None
    found = []
    for line, following in pairwise([*turns, None]):
        assert line is not None  # noqa: S101 — only the last of the pairs' second halves is
        after = line.after or {}
        owner, department = after.get("owner", owner), after.get("department", department)
        until = following.at if following else None
        if line.action not in ENDED and line.at != until:
            found.append(
                Holding(
                    owner=owner,
                    department=department,
                    since=line.at,
                    until=until,
                    given_by_kind=line.actor_kind,
                    given_by=line.actor,
                    reason=line.reason or after.get("because"),
                    waited=sum((_shared(line.at, until or now, *wait) for wait in waits), timedelta()),
                    breached=tuple(clock for clock in clocks if _within(clock.breached_at, line.at, until)),
                )
            )
    return found


def first_responsible(held: Sequence[Holding]) -> str | None:
    """Who was asked first and stays responsible, by username; None while nobody was (首问负责制, B4)."""
    return next((one.owner for one in held if one.owner), None)


def _waits(entries: Sequence[EntryLine], now: datetime) -> Iterator[tuple[datetime, datetime]]:
    since = None
    for line in entries:
        if line.action == WAITING:
            since = line.at
        elif since and line.action in NO_LONGER_WAITING:
            yield since, line.at
            since = None
    if since:
        yield since, now


def _shared(begins: datetime, ends: datetime, since: datetime, until: datetime) -> timedelta:
    """How much two times have in common."""
    return max(min(ends, until) - max(begins, since), timedelta())


def _within(moment: datetime | None, since: datetime, until: datetime | None) -> bool:
    return moment is not None and since <= moment and (until is None or moment < until)
