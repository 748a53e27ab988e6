"""Promise 1: what was accepted is in the log, once, and every message of it came to an end."""

from collections import Counter

from tests.chaos.audit.endings import ANSWERED, WITH_PERSON
from tests.chaos.audit.evidence import Evidence


async def examine(evidence: Evidence) -> None:
    """All of it."""
    await _nothing_lost(evidence)
    await _every_message_ended(evidence)


async def _nothing_lost(evidence: Evidence) -> None:
    """What was accepted is in the log under its id with its words, and nothing else is."""
    known = Counter[tuple[str | None, int | None, str, str]]()
    rows = await evidence.rows("""
        SELECT m.id, m.text, m.client_id, m.conversation_id, c.channel, i.address
        FROM messages m JOIN conversations c ON c.id = m.conversation_id
        JOIN identities i ON i.id = c.identity_id WHERE m.author = 'customer'
    """)
    for row in rows:
        on_web = row["channel"] == "web"
        where = (None, row["conversation_id"]) if on_web else (row["address"], None)
        known[*where, row["client_id"], row["text"]] += 1
    told = Counter(
        (one.address, one.conversation, one.client_id, one.text) for one in evidence.record.accepted
    )
    for key in told - known:
        evidence.broken("lost", f"message {key[2]} of {key[0] or key[1]} was accepted and is not in the log")
    for key in known - told:
        evidence.broken("doubled", f"message {key[2]} of {key[0] or key[1]} is in the log without its sender")
    ids = {row["id"]: row["client_id"] for row in rows}
    for one in evidence.record.accepted:
        if one.message is not None and ids.get(one.message) != one.client_id:
            evidence.broken("lost", f"the id {one.message} told for {one.client_id} is another message's")
    await _agents_heard(evidence)


async def _agents_heard(evidence: Evidence) -> None:
    said = Counter(
        (row["conversation_id"], row["text"])
        for row in await evidence.rows("SELECT conversation_id, text FROM messages WHERE author = 'agent'")
    )
    for spoken in evidence.record.spoken:
        times = said.pop((spoken.conversation, spoken.text), 0)
        if times > 1 or (times == 0 and spoken.message is not None):
            evidence.broken("lost" if times == 0 else "doubled", f"an agent's words are there {times} times")
    for conversation, _ in said:
        evidence.broken("doubled", f"conversation {conversation} has words that no agent sent")


async def _every_message_ended(evidence: Evidence) -> None:
    """Promise 1: a reply, a human owner, or an alarm; and nothing left on its way."""
    await evidence.report(
        "ended",
        f"""
        SELECT 'message ' || m.id || ' is settled without reply, human owner or alarm' AS what
        FROM messages m WHERE m.author = 'customer' AND m.settled_at IS NOT NULL
          AND NOT {ANSWERED} AND NOT {WITH_PERSON}
    """,
    )
    await evidence.report(
        "ended",
        """
        SELECT 'message ' || id || ' was never settled' AS what FROM messages
        WHERE author = 'customer' AND settled_at IS NULL
    """,
    )
    await evidence.report(
        "ended",
        """
        SELECT 'message ' || id || ' never got beyond ' || delivery AS what FROM messages
        WHERE delivery IN ('pending', 'sending')
    """,
    )
    await evidence.report(
        "ended",
        """
        SELECT 'conversation ' || c.id || ' was given up on, and nobody was told' AS what
        FROM conversations c WHERE c.handoff_reason = 'engine_down'
          AND NOT EXISTS (SELECT 1 FROM notices WHERE kind IN ('alarm', 'human_wanted'))
    """,
    )
