"""How often somebody may do something: a bucket of tokens for each key, kept in this process."""

from dataclasses import dataclass
from datetime import datetime

KEPT = 20_000


@dataclass(frozen=True, slots=True)
class Rate:
    """`burst` at once, and then `a_minute`."""

    burst: int
    a_minute: float

    @property
    def seconds(self) -> float:
        """How long one takes to come back."""
        return 60 / self.a_minute


class Throttle:
    """Buckets of one rate. `now` is given, never read."""

    def __init__(self, rate: Rate) -> None:
        self.rate = rate
        # When the bucket of a key will be full again, as seconds since the epoch.
        self._full_at: dict[str, float] = {}

    def wait(self, key: str, now: datetime) -> float:
        """Seconds until `key` may go again, 0 when it may now; takes nothing."""
        missing = (self._full(key, now) - now.timestamp()) / self.rate.seconds
        return max(0.0, (missing + 1 - self.rate.burst) * self.rate.seconds)

    def take(self, key: str, now: datetime) -> float:
        """Take one for `key`; returns 0, or the seconds to wait when there is none (and nothing is taken)."""
        seconds = self.wait(key, now)
        if seconds == 0:
            self._full_at[key] = self._full(key, now) + self.rate.seconds
            self._forget(now.timestamp())
        return seconds

    def _full(self, key: str, now: datetime) -> float:
        """When the bucket will be full. Emptier than empty it cannot be: then the clock was set back."""
        moment = now.timestamp()
        full = self._full_at.get(key, 0.0)
        emptiest = moment + self.rate.burst * self.rate.seconds
        return full if moment < full <= emptiest else moment

    def _forget(self, moment: float) -> None:
        """Full buckets need not be remembered."""
        if len(self._full_at) > KEPT:
            self._full_at = {key: full for key, full in self._full_at.items() if full > moment}
