"""Promise 4: one voice at a time, and every change of it is in the ledger."""

from collections import defaultdict
from typing import Any

from sqlalchemy import RowMapping

from tests.chaos.audit.evidence import Evidence


async def examine(evidence: Evidence) -> None:
    """All of it."""
    await _one_voice(evidence)
    await _handovers_follow(evidence)


async def _one_voice(evidence: Evidence) -> None:
    """Promise 4: the assistant's words set out only while no person held the conversation."""
    await evidence.report(
        "voice",
        """
        SELECT 'message ' || m.id || ' of the assistant was ' || d.delivery || ' while a person held it'
          AS what
        FROM witness.deliveries d JOIN messages m ON m.id = d.message_id
        LEFT JOIN LATERAL (
            SELECT before.delivery FROM witness.deliveries before
            WHERE before.message_id = d.message_id AND before.id < d.id ORDER BY before.id DESC LIMIT 1
        ) AS earlier ON true
        WHERE m.author = 'bot' AND d.holding = 'human'
          AND (d.delivery = 'sending' OR (d.delivery = 'sent' AND earlier.delivery IS NULL))
    """,
    )
    await evidence.report(
        "voice",
        """
        SELECT 'message ' || m.id || ' is of an agent who did not hold the conversation' AS what
        FROM witness.deliveries d JOIN messages m ON m.id = d.message_id
        WHERE m.author = 'agent' AND d.holder_id IS DISTINCT FROM m.staff_id
          AND d.id = (SELECT min(id) FROM witness.deliveries WHERE message_id = m.id)
    """,
    )
    await evidence.report(
        "voice",
        """
        SELECT 'message ' || message_id || ' was dropped although no person held the conversation' AS what
        FROM witness.deliveries WHERE delivery = 'dropped' AND holding <> 'human'
    """,
    )
    await evidence.report(
        "platform",
        """
        SELECT 'message ' || message_id || ' set out again without a return' AS what
        FROM (SELECT message_id, delivery, lag(delivery) OVER (PARTITION BY message_id ORDER BY id) AS was
              FROM witness.deliveries) AS moves
        WHERE delivery = 'sending' AND was IS DISTINCT FROM 'pending'
    """,
    )


async def _handovers_follow(evidence: Evidence) -> None:
    """Promise 4: every move begins where the one before it ended, and the last one is where it stands."""
    moves: dict[int, list[RowMapping]] = defaultdict(list)
    for row in await evidence.rows("""
        SELECT id, before, after FROM entries WHERE after ? 'holding' ORDER BY id
    """):
        moves[row["after"]["conversation"]].append(row)
    for row in await evidence.rows("""
        SELECT c.id, c.holding, s.username FROM conversations c LEFT JOIN staff s ON s.id = c.holder_id
    """):
        held: tuple[str, str | None] = ("bot", None)
        for move in moves[row["id"]]:
            if _held(move["before"]) != held:
                evidence.broken("voice", f"conversation {row['id']}: entry {move['id']} does not follow")
            held = _held(move["after"])
        if held != (row["holding"], row["username"]):
            evidence.broken("voice", f"conversation {row['id']} stands as no entry says")


def _held(state: dict[str, Any]) -> tuple[str, str | None]:
    return state["holding"], state["holder"]
