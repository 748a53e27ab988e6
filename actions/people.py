"""When a person is there, in words a customer can rely on."""

from datetime import datetime

from sqlalchemy import select

from actions import wording
from actions.base import Talk, Turn
from ledger import hours
from ledger.models import Message, Staff
from ledger.policy import Policy
from ledger.vocabulary import Author


def presence(policy: Policy, now: datetime) -> str:
    """``open`` or ``closed``: which of two scripts is true now."""
    return "open" if hours.is_open(policy.calendar(), now) else "closed"


def opening(turn: Turn, policy: Policy, now: datetime) -> dict[str, str]:
    """``{"opening": …}``, the next time people are there, for a script that says it."""
    at = hours.next_opening(policy.calendar(), now)
    unknown: str = wording.words("no_opening", turn.language)
    return {"opening": wording.moment(at, now, policy, turn.language) if at else unknown}


async def last_to_write(talk: Talk) -> str | None:
    """The name of the colleague who wrote last in this conversation; None when none did."""
    theirs = select(Staff.name).join(Message, Message.staff_id == Staff.id)
    here = theirs.where(Message.conversation_id == talk.turn.conversation_id, Message.author == Author.AGENT)
    name: str | None = await talk.session.scalar(here.order_by(Message.id.desc()).limit(1))
    return name
