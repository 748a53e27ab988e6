"""Promise 2: one message has one effect, in the ledger, in what is answered and in the assistant's memory."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Any

from ledger.services import entries
from tests.chaos.audit.evidence import Evidence


async def examine(evidence: Evidence) -> None:
    """All of it."""
    await _one_row_each(evidence)
    await _one_effect_each(evidence)
    await _one_answer_each(evidence)
    await _one_story(evidence)


async def _one_row_each(evidence: Evidence) -> None:
    """Promise 2: a platform's id of a message is one row, whatever the conversation."""
    await evidence.report(
        "doubled",
        """
        SELECT count(*) || ' rows for message ' || m.client_id || ' of ' || i.address AS what
        FROM messages m JOIN conversations c ON c.id = m.conversation_id
        JOIN identities i ON i.id = c.identity_id WHERE m.author = 'customer'
        GROUP BY i.channel, i.address, m.client_id HAVING count(*) > 1
    """,
    )
    await evidence.report(
        "doubled",
        """
        SELECT count(*) || ' customers for ' || channel || ' ' || address AS what
        FROM identities GROUP BY channel, address HAVING count(*) > 1
    """,
    )


async def _one_effect_each(evidence: Evidence) -> None:
    """Promise 2: no case, flag or clock twice, no file of a case that says something twice."""
    await evidence.report(
        "doubled",
        """
        SELECT 'conversation ' || conversation_id || ' has ' || count(*) || ' cases' AS what
        FROM case_conversations GROUP BY conversation_id HAVING count(*) > 1
    """,
    )
    await evidence.report(
        "doubled",
        """
        SELECT 'case ' || c.number || ' is flagged twice for ' || (flag ->> 'code') AS what
        FROM cases c, jsonb_array_elements(c.special_reasons) AS flag
        GROUP BY c.number, flag ->> 'code' HAVING count(*) > 1
    """,
    )
    await evidence.report(
        "doubled",
        """
        SELECT 'the book of ' || book || ' has ' || count(*) || ' times ' || action AS what FROM entries
        WHERE action IN ('case.opened', 'special.flagged') GROUP BY book, action HAVING count(*) > 1
    """,
    )
    await evidence.report(
        "doubled",
        """
        SELECT 'case ' || case_id || ' has ' || count(*) || ' clocks ' || kind AS what
        FROM clocks GROUP BY case_id, kind, started_at, task_id HAVING count(*) > 1
    """,
    )
    await evidence.report(
        "doubled",
        """
        SELECT 'case ' || case_id || ' has ' || clocks || ' headquarters clocks for ' || flags || ' flags'
          AS what
        FROM (SELECT case_id, count(*) AS clocks, (
                SELECT count(*) FROM entries e
                WHERE e.case_id = k.case_id AND e.action IN ('special.flagged', 'special.graver')
              ) AS flags
              FROM clocks k WHERE kind = 'headquarters' GROUP BY case_id) AS counted
        WHERE clocks > flags
    """,
    )
    await evidence.report(
        "doubled",
        """
        SELECT 'case ' || case_id || ' has ' || count(*) || ' first responses' AS what FROM clocks
        WHERE kind = 'first_response' GROUP BY case_id HAVING count(*) > 1
    """,
    )
    await evidence.report(
        "lost",
        """
        SELECT 'case ' || number || ' is special without a headquarters clock' AS what FROM cases c
        WHERE special_since IS NOT NULL
          AND NOT EXISTS (SELECT 1 FROM clocks k WHERE k.case_id = c.id AND k.kind = 'headquarters')
    """,
    )
    await evidence.report(
        "doubled",
        """
        SELECT 'message ' || (after ->> 'message') || ' was heard ' || count(*) || ' times' AS what
        FROM entries WHERE action = 'case.heard' GROUP BY book, after ->> 'message' HAVING count(*) > 1
    """,
    )
    await evidence.report(
        "doubled",
        """
        SELECT 'clock ' || (after ->> 'clock') || ' was stopped ' || count(*) || ' times' AS what
        FROM entries WHERE action = 'clock.stopped' GROUP BY after ->> 'clock' HAVING count(*) > 1
    """,
    )
    broken = await entries.verify(evidence.session)
    if broken is not None:
        evidence.broken("ledger", f"{broken.book} {broken.position}: {broken.problem}")


async def _one_answer_each(evidence: Evidence) -> None:
    """Promise 2: all replies to a turn were stored by one transaction, at one moment."""
    await evidence.report(
        "doubled",
        """
        SELECT 'turn ' || reply_to_id || ' was answered ' || count(DISTINCT at) || ' times' AS what
        FROM messages WHERE reply_to_id IS NOT NULL AND author = 'bot'
        GROUP BY reply_to_id HAVING count(DISTINCT at) > 1
    """,
    )
    await evidence.report(
        "doubled",
        """
        SELECT 'reply to ' || m.reply_to_id || ', which is no turn of its own' AS what
        FROM messages m JOIN messages asked ON asked.id = m.reply_to_id
        WHERE asked.author <> 'customer' OR asked.turn_id IS DISTINCT FROM asked.id
    """,
    )


async def _one_story(evidence: Evidence) -> None:
    """Promise 2: the engine's memory holds each message at most once, and no answered one is missing."""
    if not (await evidence.rows("SELECT to_regclass('engine.events') AS there"))[0]["there"]:
        return
    stories: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in await evidence.rows("SELECT sender_id, data FROM engine.events ORDER BY id"):
        stories[row["sender_id"]].append(json.loads(row["data"]))
    known = {sender: Counter(_told(events)) for sender, events in stories.items()}
    for sender, told in known.items():
        for message, times in told.items():
            if times > 1:
                evidence.broken("doubled", f"conversation {sender} was told message {message} {times} times")
    answered = await evidence.rows("""
        SELECT DISTINCT conversation_id, reply_to_id FROM messages m
        WHERE author = 'bot' AND reply_to_id IS NOT NULL AND script NOT LIKE 'desk\\_%'
          AND NOT EXISTS (
            SELECT 1 FROM messages other
            WHERE other.reply_to_id = m.reply_to_id AND other.delivery = 'dropped'
          )
    """)
    for row in answered:
        if str(row["reply_to_id"]) not in known.get(str(row["conversation_id"]), {}):
            evidence.broken(
                "lost", f"turn {row['reply_to_id']} was answered and the assistant does not know of it"
            )


def _told(events: Iterable[dict[str, Any]]) -> list[str]:
    """The ids of the messages the assistant was told and did not take back, as Rasa applies events."""
    told: list[str] = []
    for event in events:
        if event["event"] == "user":
            told.append(str(event.get("message_id")))
        elif event["event"] == "rewind" and told:
            told.pop()
    return told
