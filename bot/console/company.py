"""Colleagues at the same conversation at this moment: news of their open pages, lost without harm."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from bot.live import News

STAFF_HERE: Final = "staff_here"
"""Topic of an open page of a conversation: ``conversation``, ``staff`` {id}, ``name``, ``writing``."""
SAID_EVERY: Final = 8.0
"""Seconds."""
GONE_AFTER: Final = timedelta(seconds=20)
WRITES_FOR: Final = timedelta(seconds=6)


@dataclass(slots=True)
class Colleague:
    """Somebody else who has the page open."""

    name: str
    seen: datetime
    wrote: datetime | None


@dataclass(slots=True)
class Company:
    """Who else looks at a conversation, as the page of ``me`` (an id of staff) has heard."""

    me: int
    _others: dict[int, Colleague] = field(default_factory=dict)

    def note(self, news: News, now: datetime) -> bool:
        """A page said that it is open; whether its reader is new here, and so knows nothing of us."""
        who = int(news["staff"])
        if who == self.me:
            return False
        before = self._others.get(who)
        is_new = before is None or now - before.seen > GONE_AFTER
        wrote = now if news["writing"] else before.wrote if before else None
        self._others[who] = Colleague(str(news["name"]), now, wrote)
        return is_new

    def reading(self, now: datetime) -> list[str]:
        """Who else has the page open, by name."""
        return [one.name for one in self._others.values() if now - one.seen <= GONE_AFTER]

    def writing(self, now: datetime) -> list[str]:
        """Who of them is writing to the customer."""
        return [one.name for one in self._others.values() if one.wrote and now - one.wrote <= WRITES_FOR]
