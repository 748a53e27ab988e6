"""What the ledger holds behind a promise: a named owner whose clock runs, and when it is due.

Only contact may be promised (a call, an answer), only by or of that owner, and for no time before the clock
rings: earlier, nobody would be reminded in time.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final, Self

from ledger.script import fold

TWENTY_FOUR: Final = re.compile(r"\d\d:")
"""A time like 09:30 or 15:30 leaves no doubt which half of the day it is in."""


@dataclass(frozen=True, slots=True)
class Backing:
    """A running clock and its owner's name.

    ``due`` and ``today`` are in the time zone in which times are told. ``speaks``: the owner is the one who
    writes, so that "I" is them.
    """

    owner: str
    due: datetime
    today: date
    speaks: bool


@dataclass(frozen=True, slots=True)
class Backs:
    """How a sentence is read for what it promises; the wordings stand in ``guard.yml``."""

    contact: re.Pattern[str]
    outcome: re.Pattern[str]
    speaker: re.Pattern[str]
    other_day: re.Pattern[str]
    times: tuple[re.Pattern[str], ...]
    days: Mapping[str, int]
    afternoon: frozenset[str]
    numbers: Mapping[str, int]

    @classmethod
    def read(cls, written: Mapping[str, Any]) -> Self:
        """From the rule's part ``backed``."""
        either = {
            part: re.compile("|".join(written[part].values())) for part in ("contact", "outcome", "speaker")
        }
        return cls(
            **either,
            other_day=re.compile(written["other_day"]),
            times=tuple(re.compile(pattern) for pattern in written["times"]),
            days=written["days"],
            afternoon=frozenset(written["afternoon"]),
            numbers=written["numbers"],
        )

    def covers(self, sentence: str, backing: Backing) -> bool:
        """Whether the folded sentence promises that owner's contact only, and not before the clock is due."""
        return bool(
            self.contact.search(sentence)
            and not self.outcome.search(sentence)
            and not self.other_day.search(sentence)
            and self._is_of(sentence, backing)
            and self._in_time(sentence, backing)
        )

    def _is_of(self, sentence: str, backing: Backing) -> bool:
        names = {fold(backing.owner), *fold(backing.owner).split()}
        named = any(name in sentence for name in names)
        return named or (backing.speaks and bool(self.speaker.search(sentence)))

    def _in_time(self, sentence: str, backing: Backing) -> bool:
        day = self._day(sentence, backing)
        due = backing.due.replace(tzinfo=None, second=0, microsecond=0)
        promised = [_last(day, said) for said in self._times(sentence)]
        return all(moment >= due for moment in promised) if promised else day >= backing.due.date()

    def _day(self, sentence: str, backing: Backing) -> date:
        named = [days for word, days in self.days.items() if word in sentence]
        return backing.today + timedelta(days=max(named)) if named else backing.due.date()

    def _times(self, sentence: str) -> Iterator[list[time]]:
        """What each time that is named may mean: "by 5" is five in the morning or in the afternoon."""
        for pattern in self.times:
            for said in pattern.finditer(sentence):
                half = said.groupdict().get("half")
                told = half is not None or TWENTY_FOUR.match(said.group()) is not None
                yield list(
                    _meant(self._number(said["hour"]), self._minute(said), half in self.afternoon, told)
                )

    def _minute(self, said: re.Match[str]) -> int:
        written = said.groupdict().get("minute")
        return self._number(written) if written else 0

    def _number(self, written: str) -> int:
        return int(written) if written.isdecimal() else self.numbers.get(written, 99)


def _meant(hour: int, minute: int, afternoon: bool, told: bool) -> Iterator[time]:
    """Nothing for what is no time of day."""
    hours = [hour % 12 + 12] if afternoon else [hour] if told else [hour, hour + 12]
    yield from (time(each, minute) for each in hours if each < 24 and minute < 60)


def _last(day: date, meant: list[time]) -> datetime:
    return datetime.combine(day, max(meant, default=time.min))
