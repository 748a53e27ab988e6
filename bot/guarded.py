"""The guard before the assistant's replies (docs/guard.md): what breaks a rule is not said.

A safe sentence of the desk's own goes in its place, once, so that nobody is left without an answer.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Self

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from bot.desk import Desk
from bot.own_words import own_words
from ledger.guard import Finding
from ledger.models import Conversation, Message
from ledger.services import guarding
from ledger.services.messages import Reply
from ledger.statement import SCRIPT

INSTEAD: Final = "desk_held_back"

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Guarded:
    """Replies as they may be said; ``held_back`` are those that may not, with what was found in them."""

    replies: Sequence[Reply]
    held_back: Sequence[tuple[Reply, list[Finding]]] = ()

    @classmethod
    async def read(
        cls, desk: Desk, session: AsyncSession, conversation: Conversation, replies: Sequence[Reply]
    ) -> Self:
        """Look through the assistant's replies; the first that may not be said gives way to the safe one."""
        passed: list[Reply] = []
        held_back: list[tuple[Reply, list[Finding]]] = []
        for reply in replies:
            if _is_statement(reply):
                passed.append(reply)
                continue
            found = await guarding.read(
                session,
                text=desk.policy.answers.cut_from(reply.text),
                conversation_id=conversation.id,
                staff=None,
                policy=desk.policy,
                now=desk.now(),
            )
            if not found:
                passed.append(reply)
                continue
            if not held_back:
                passed.append(await own_words(desk, session, conversation, INSTEAD))
            held_back.append((reply, found))
        return cls(passed, held_back)

    async def record(self, desk: Desk, session: AsyncSession, said: Sequence[Message]) -> None:
        """Have supervisors see what was held back; ``said`` are the replies as they were stored."""
        instead = next((row for row in said if row.script == INSTEAD), None)
        if instead is None:
            return
        for reply, found in self.held_back:
            log.warning("reply held back", script=reply.script, rules=[one.rule for one in found])
            await guarding.hold_back(
                session, instead=instead, script=reply.script, found=found, now=desk.now()
            )


def _is_statement(reply: Reply) -> bool:
    """Whether it is a statement in force: read when it was proposed, and approved by a second person."""
    return (reply.script or "").startswith(SCRIPT)
