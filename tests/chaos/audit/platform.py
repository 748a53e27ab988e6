"""Promises 2 and 3: what the platform got is what was sent, once, and everything is in its order."""

from collections import Counter, defaultdict
from collections.abc import Sequence

from sqlalchemy import RowMapping

from tests.chaos.audit.evidence import Evidence
from tests.emulator.state import Sent


async def examine(evidence: Evidence) -> None:
    """All of it."""
    await _platform_agrees(evidence)
    await _in_order(evidence)


async def _platform_agrees(evidence: Evidence) -> None:
    """Promise 2: what is sent is there once, what is there was sent, and doubt is called unknown."""
    ours = await _ours_on_telegram(evidence)
    chats = {row["address"] for row in ours}
    got = {_platform_id(call): call for call in evidence.record.calls if _is_message(call, chats)}
    claimed: Counter[str] = Counter()
    for row in ours:
        if row["delivery"] != "sent":
            continue
        for piece in (row["platform_id"] or "none").split(","):
            claimed[piece] += 1
            call = got.get(piece)
            if call is None or call.chat_id != row["address"] or call.text not in row["text"]:
                evidence.broken("platform", f"message {row['id']} is sent, and the platform has not got it")
    for piece, times in claimed.items():
        if times > 1:
            evidence.broken("platform", f"{times} messages are sent as {piece}")
    unsure = Counter((row["address"], row["text"]) for row in ours if row["delivery"] == "unknown")
    for piece, call in got.items():
        if piece in claimed:
            continue
        if not unsure[call.chat_id or "", call.text]:
            evidence.broken("platform", f"{piece} to chat {call.chat_id} is no sent or unknown message")
        unsure[call.chat_id or "", call.text] -= 1


async def _in_order(evidence: Evidence) -> None:
    """Promise 3: replies in the order of messages, and the platform got them in the order of ids."""
    await evidence.report(
        "order",
        """
        SELECT 'message ' || id || ' answers ' || reply_to_id || ' after ' || latest || ' was' AS what
        FROM (SELECT id, reply_to_id, max(reply_to_id) OVER (
                PARTITION BY conversation_id ORDER BY id ROWS UNBOUNDED PRECEDING
              ) AS latest
              FROM messages WHERE reply_to_id IS NOT NULL) AS replies
        WHERE reply_to_id < latest
    """,
    )
    latest: dict[int, int] = {}
    for one in evidence.record.accepted:
        if one.conversation is not None and one.message is not None:
            if one.message <= latest.get(one.conversation, 0):
                evidence.broken(
                    "order", f"message {one.message} was written after {latest[one.conversation]}"
                )
            latest[one.conversation] = max(one.message, latest.get(one.conversation, 0))
    row_of = {}
    for row in await _ours_on_telegram(evidence):
        for piece in (row["platform_id"] or "").split(","):
            row_of[piece] = row["id"]
    arrived: dict[str | None, int] = defaultdict(int)
    for call in evidence.record.calls:
        row_id = row_of.get(_platform_id(call)) if call.method == "sendMessage" else None
        if row_id is not None:
            if row_id < arrived[call.chat_id]:
                evidence.broken("order", f"message {row_id} reached the platform after a later one")
            arrived[call.chat_id] = max(row_id, arrived[call.chat_id])


async def _ours_on_telegram(evidence: Evidence) -> Sequence[RowMapping]:
    return await evidence.rows("""
        SELECT m.id, m.text, m.delivery, m.platform_id, i.address
        FROM messages m JOIN conversations c ON c.id = m.conversation_id
        JOIN identities i ON i.id = c.identity_id
        WHERE m.author <> 'customer' AND c.channel = 'telegram' ORDER BY m.id
    """)


def _is_message(call: Sent, chats: set[str]) -> bool:
    return call.method == "sendMessage" and call.chat_id in chats


def _platform_id(call: Sent) -> str:
    return str(call.result["message_id"]) if isinstance(call.result, dict) else ""
