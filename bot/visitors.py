"""Visitors of the web chat: opening a conversation, knowing its token again, and how much they may send."""

import hashlib
import secrets
from dataclasses import dataclass
from typing import Any

from bot.channels.web import NAME
from bot.desk import Desk
from bot.problem import Problem, too_many
from bot.storable import storable
from bot.throttle import Rate, Throttle
from ledger.policy import Limits
from ledger.services import conversations
from ledger.views import visitors
from ledger.views.visitors import Visitor
from ledger.vocabulary import Language

TOKEN_BYTES = 32
# Of one address: a school or an office behind one address writes too, a script that fills the disk does not.
SESSIONS = Rate(burst=2000, a_minute=600)
LOOKUPS = Rate(burst=10, a_minute=10)
MB = 1_000_000


@dataclass(frozen=True, slots=True)
class Opened:
    """A new conversation; `token` is told once and kept by nobody but the visitor."""

    token: str
    conversation: int


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """What marks a visitor who is played: the drill, and as whom of it they write."""

    drill_id: int
    part: str


def message_too_long(limits: Limits, **known: Any) -> Problem:
    """413: what the visitor may do instead; `known` may tell the `length` of what was sent."""
    return Problem(
        413,
        "message_too_long",
        f"A message may have {limits.message_length} characters. "
        "Please send it as several messages, or as a PDF.",
        limit=limits.message_length,
        **known,
    )


class Doorkeeper:
    """What visitors may send, counted in this process."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        each = Rate(burst=limits.messages_a_minute, a_minute=limits.messages_a_minute)
        self._messages = Throttle(each)
        self._sessions = Throttle(SESSIONS)
        self._lookups = Throttle(LOOKUPS)

    def follow(self, limits: Limits) -> None:
        """Keep to ``limits`` from now on; what was counted so far counts."""
        if limits != self._limits:
            self._limits = limits
            self._messages.rate = Rate(burst=limits.messages_a_minute, a_minute=limits.messages_a_minute)

    def let_open(self, desk: Desk, address: str) -> None:
        """Count a new session of `address`. Raises Problem 429."""
        if wait := self._sessions.take(address, desk.now()):
            raise too_many(wait, "Too many new conversations from this address. Please try again shortly.")

    def let_look_up(self, desk: Desk, address: str) -> None:
        """Count a look-up by number and pass-code from `address`. Raises Problem 429."""
        if wait := self._lookups.take(address, desk.now()):
            raise too_many(wait, "Too many look-ups from this address. Please try again shortly.")

    def let_write(self, desk: Desk, visitor: Visitor) -> None:
        """Count a message of `visitor` before anything is done for it. Raises Problem 429.

        What all processes together took in the last minute is counted as it is logged.
        """
        if wait := self._messages.take(visitor.address, desk.now()):
            raise not_taken_yet(wait)

    def readable(self, text: str) -> str:
        """`text` as it may be stored. Raises Problem: 413 too long, 422 empty."""
        kept = storable(text)
        if len(kept) > self._limits.message_length:
            raise message_too_long(self._limits, length=len(kept))
        if not kept.strip():
            raise Problem(422, "message_empty", "A message needs some text.")
        return kept

    @property
    def file_bytes(self) -> int:
        """The largest file, in bytes."""
        return self._limits.file_megabytes * MB


async def open_conversation(
    desk: Desk, language: Language | None, rehearsed: Rehearsed | None = None
) -> Opened:
    """A new conversation of a new visitor."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    async with desk.database.transaction() as session:
        conversation = await conversations.open_conversation(
            session,
            channel=NAME,
            address=secrets.token_hex(16),
            now=desk.now(),
            language=language,
            token_hash=_digest(token),
            drill_id=rehearsed.drill_id if rehearsed else None,
            drill_part=rehearsed.part if rehearsed else None,
        )
    return Opened(token, conversation.id)


async def by_token(desk: Desk, token: str) -> Visitor:
    """The visitor who bears `token`. Raises Problem 401."""
    async with desk.database.reading() as session:
        visitor = await visitors.by_token(session, _digest(token))
    if visitor is None:
        raise Problem(
            401,
            "unknown_token",
            "This conversation is not known: its token is wrong, or it has been deleted.",
            headers={"WWW-Authenticate": "Bearer"},
        )
    return visitor


def not_taken_yet(seconds: float) -> Problem:
    """429: the message was not taken; whoever sent it keeps it and sends it again."""
    return too_many(
        seconds, "That was a lot at once. This message was not taken yet: please send it again shortly."
    )


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
