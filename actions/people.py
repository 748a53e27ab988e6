"""When a person is there, in words a customer can rely on."""

from datetime import datetime

from actions import wording
from actions.base import Turn
from ledger import hours
from ledger.policy import Policy


def presence(policy: Policy, now: datetime) -> str:
    """``open`` or ``closed``: which of two scripts is true now."""
    return "open" if hours.is_open(policy, now) else "closed"


def opening(turn: Turn, policy: Policy, now: datetime) -> dict[str, str]:
    """``{"opening": …}``, the next time people are there, for a script that says it."""
    at = hours.next_opening(policy, now)
    unknown: str = wording.words("no_opening", turn.language)
    return {"opening": wording.moment(at, now, policy, turn.language) if at else unknown}
