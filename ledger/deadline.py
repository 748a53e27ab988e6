"""When a clock is due: from what was agreed when it was started, and from when the desk had to wait.

Reckoned from the history every time, never counted up, so that no restart and no lost job can falsify it
(playbook C3, docs/decisions/0020).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from ledger.calendars import Calendar
from ledger.hours import working_time_after, working_time_between

NOTHING: Final = timedelta()


@dataclass(frozen=True, slots=True)
class Waited:
    """A time in which the desk waited for the customer; ``until`` is None while it does."""

    since: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Terms:
    """What was agreed when a clock was started, and what no later change of the policy alters.

    ``length`` counts the hours of ``calendar``, or day and night without one. ``pauses``: the clock stands
    still while the desk waits for the customer.
    """

    started_at: datetime
    length: timedelta
    calendar: Calendar | None = None
    pauses: bool = False

    def due(self, waits: Sequence[Waited]) -> datetime | None:
        """When the clock is due (UTC); None as long as it stands still. ``waits`` in order and apart."""
        begun, left = self.started_at, self.length
        for wait in self._in_its_way(waits):
            ran = self._passed(begun, wait.since)
            if ran >= left:
                break
            if wait.until is None:
                return None
            begun, left = max(begun, wait.until), left - ran
        return self._after(begun, left)

    def left(self, waits: Sequence[Waited], now: datetime) -> timedelta:
        """How much of the length has not passed at ``now``; nothing once it is due."""
        begun, left = self.started_at, self.length
        for wait in self._in_its_way(waits):
            left -= self._passed(begun, min(wait.since, now))
            begun = max(begun, wait.until or now)
        return max(left - self._passed(begun, now), NOTHING)

    def _in_its_way(self, waits: Sequence[Waited]) -> Iterator[Waited]:
        """The waits that make it stand still: all but those that ended before it began."""
        if self.pauses:
            yield from (wait for wait in waits if wait.until is None or wait.until > self.started_at)

    def _passed(self, start: datetime, end: datetime) -> timedelta:
        if end <= start:
            return NOTHING
        return working_time_between(self.calendar, start, end) if self.calendar else end - start

    def _after(self, start: datetime, length: timedelta) -> datetime:
        if self.calendar:
            return working_time_after(self.calendar, start, length)
        return start.astimezone(UTC) + length


def until(waits: Sequence[Waited], moment: datetime) -> list[Waited]:
    """The waits as far as they lie before ``moment``, the one that runs ended then."""
    return [Waited(wait.since, min(wait.until or moment, moment)) for wait in waits if wait.since < moment]
