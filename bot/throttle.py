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
        missing = max(0.0, self._full_at.get(key, 0.0) - now.timestamp()) / self.rate.seconds
        return max(0.0, (missing + 1 - self.rate.burst) * self.rate.seconds)

    def take(self, key: str, now: datetime) -> float:
        """Take one for `key`; returns 0, or the seconds to wait when there is none (and nothing is taken)."""
        seconds = self.wait(key, now)
        if seconds == 0:
            moment = now.timestamp()
            self._full_at[key] = max(self._full_at.get(key, 0.0), moment) + self.rate.seconds
            self._forget(moment)
        return seconds

    def _forget(self, moment: float) -> None:
        """Full buckets need not be remembered."""
        if len(self._full_at) > KEPT:
            self._full_at = {key: full for key, full in self._full_at.items() if full > moment}
