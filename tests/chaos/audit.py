"""The auditor: reads the database and what the world knows, and names every broken promise.

Plain queries, none of the product's own but the ledger's proof of its chain. ``tests/chaos/test_auditor.py``
shows that each of them can fail.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.services import entries
from tests.chaos.record import Record
from tests.emulator.state import Sent

ENGINE_DOWN: Final = "desk_engine_down%"


@dataclass(frozen=True, slots=True)
class Violation:
    """``promise`` is broken by ``what``."""

    promise: str
    what: str

    def __str__(self) -> str:
        return f"{self.promise}: {self.what}"


@dataclass(frozen=True, slots=True)
class Figures:
    """What became of the customers' messages and of ours.

    ``answered`` had a reply of the assistant, ``with_person`` were heard by who held the conversation,
    ``alarmed`` were given up on, with a person called. ``unknown`` are messages of ours of which nobody can
    know.
    """

    sent: int
    answered: int
    with_person: int
    alarmed: int
    doubled: int
    lost: int
    unknown: int


@dataclass(frozen=True, slots=True)
class Findings:
    """The auditor's word."""

    figures: Figures
    violations: tuple[Violation, ...]


class Auditor:
    """One reading of one database after everything has come to rest."""

    def __init__(self, session: AsyncSession, record: Record) -> None:
        self._session = session
        self._record = record
        self._found: list[Violation] = []

    async def examine(self) -> Findings:
        """All of it."""
        await self._nothing_lost()
        await self._every_message_ended()
        await self._one_row_each()
        await self._one_effect_each()
        await self._one_answer_each()
        await self._one_story()
        await self._platform_agrees()
        await self._in_order()
        await self._one_voice()
        await self._handovers_follow()
        return Findings(await self._figures(), tuple(self._found))

    def _broken(self, promise: str, what: str) -> None:
        self._found.append(Violation(promise, what))

    async def _rows(self, query: str, **values: Any) -> Sequence[RowMapping]:
        return (await self._session.execute(text(query), values)).mappings().all()

    async def _report(self, promise: str, query: str) -> None:
        """Every row of ``query`` is a violation; its column ``what`` says which."""
        for row in await self._rows(query):
            self._broken(promise, row["what"])

    async def _nothing_lost(self) -> None:
        """What was accepted is in the log under its id with its words, and nothing else is."""
        known = Counter[tuple[str | None, int | None, str, str]]()
        rows = await self._rows("""
            SELECT m.id, m.text, m.client_id, m.conversation_id, c.channel, i.address
            FROM messages m JOIN conversations c ON c.id = m.conversation_id
            JOIN identities i ON i.id = c.identity_id WHERE m.author = 'customer'
        """)
        for row in rows:
            on_web = row["channel"] == "web"
            where = (None, row["conversation_id"]) if on_web else (row["address"], None)
            known[*where, row["client_id"], row["text"]] += 1
        told = Counter(
            (one.address, one.conversation, one.client_id, one.text) for one in self._record.accepted
        )
        for key in told - known:
            self._broken("lost", f"message {key[2]} of {key[0] or key[1]} was accepted and is not in the log")
        for key in known - told:
            self._broken(
                "doubled", f"message {key[2]} of {key[0] or key[1]} is in the log without its sender"
            )
        ids = {row["id"]: row["client_id"] for row in rows}
        for one in self._record.accepted:
            if one.message is not None and ids.get(one.message) != one.client_id:
                self._broken("lost", f"the id {one.message} told for {one.client_id} is another message's")
        await self._agents_heard()

    async def _agents_heard(self) -> None:
        said = Counter(
            (row["conversation_id"], row["text"])
            for row in await self._rows("SELECT conversation_id, text FROM messages WHERE author = 'agent'")
        )
        for spoken in self._record.spoken:
            times = said.pop((spoken.conversation, spoken.text), 0)
            if times > 1 or (times == 0 and spoken.message is not None):
                self._broken("lost" if times == 0 else "doubled", f"an agent's words are there {times} times")
        for conversation, _ in said:
            self._broken("doubled", f"conversation {conversation} has words that no agent sent")

    async def _every_message_ended(self) -> None:
        """Promise 1: a reply, a human owner, or an alarm; and nothing left on its way."""
        await self._report(
            "ended",
            f"""
            SELECT 'message ' || m.id || ' is settled without reply, human owner or alarm' AS what
            FROM messages m WHERE m.author = 'customer' AND m.settled_at IS NOT NULL
              AND NOT {ANSWERED} AND NOT {WITH_PERSON}
        """,
        )
        await self._report(
            "ended",
            """
            SELECT 'message ' || id || ' was never settled' AS what FROM messages
            WHERE author = 'customer' AND settled_at IS NULL
        """,
        )
        await self._report(
            "ended",
            """
            SELECT 'message ' || id || ' never got beyond ' || delivery AS what FROM messages
            WHERE delivery IN ('pending', 'sending')
        """,
        )
        await self._report(
            "ended",
            """
            SELECT 'conversation ' || c.id || ' was given up on, and nobody was told' AS what
            FROM conversations c WHERE c.handoff_reason = 'engine_down'
              AND NOT EXISTS (SELECT 1 FROM notices WHERE kind IN ('alarm', 'human_wanted'))
        """,
        )

    async def _one_row_each(self) -> None:
        """Promise 2: a platform's id of a message is one row, whatever the conversation."""
        await self._report(
            "doubled",
            """
            SELECT count(*) || ' rows for message ' || m.client_id || ' of ' || i.address AS what
            FROM messages m JOIN conversations c ON c.id = m.conversation_id
            JOIN identities i ON i.id = c.identity_id WHERE m.author = 'customer'
            GROUP BY i.channel, i.address, m.client_id HAVING count(*) > 1
        """,
        )
        await self._report(
            "doubled",
            """
            SELECT count(*) || ' customers for ' || channel || ' ' || address AS what
            FROM identities GROUP BY channel, address HAVING count(*) > 1
        """,
        )

    async def _one_effect_each(self) -> None:
        """Promise 2: no case, flag or clock twice, no file of a case that says something twice."""
        await self._report(
            "doubled",
            """
            SELECT 'conversation ' || conversation_id || ' has ' || count(*) || ' cases' AS what
            FROM case_conversations GROUP BY conversation_id HAVING count(*) > 1
        """,
        )
        await self._report(
            "doubled",
            """
            SELECT 'case ' || c.number || ' is flagged twice for ' || (flag ->> 'code') AS what
            FROM cases c, jsonb_array_elements(c.special_reasons) AS flag
            GROUP BY c.number, flag ->> 'code' HAVING count(*) > 1
        """,
        )
        await self._report(
            "doubled",
            """
            SELECT 'the book of ' || book || ' has ' || count(*) || ' times ' || action AS what FROM entries
            WHERE action IN ('case.opened', 'special.flagged') GROUP BY book, action HAVING count(*) > 1
        """,
        )
        await self._report(
            "doubled",
            """
            SELECT 'case ' || case_id || ' has ' || count(*) || ' clocks ' || kind AS what
            FROM clocks GROUP BY case_id, kind, started_at, task_id HAVING count(*) > 1
        """,
        )
        await self._report(
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
        await self._report(
            "doubled",
            """
            SELECT 'case ' || case_id || ' has ' || count(*) || ' first responses' AS what FROM clocks
            WHERE kind = 'first_response' GROUP BY case_id HAVING count(*) > 1
        """,
        )
        await self._report(
            "lost",
            """
            SELECT 'case ' || number || ' is special without a headquarters clock' AS what FROM cases c
            WHERE special_since IS NOT NULL
              AND NOT EXISTS (SELECT 1 FROM clocks k WHERE k.case_id = c.id AND k.kind = 'headquarters')
        """,
        )
        broken = await entries.verify(self._session)
        if broken is not None:
            self._broken("ledger", f"{broken.book} {broken.position}: {broken.problem}")

    async def _one_answer_each(self) -> None:
        """Promise 2: all replies to a turn were stored by one transaction, at one moment."""
        await self._report(
            "doubled",
            """
            SELECT 'turn ' || reply_to_id || ' was answered ' || count(DISTINCT at) || ' times' AS what
            FROM messages WHERE reply_to_id IS NOT NULL AND author = 'bot'
            GROUP BY reply_to_id HAVING count(DISTINCT at) > 1
        """,
        )
        await self._report(
            "doubled",
            """
            SELECT 'reply to ' || m.reply_to_id || ', which is no turn of its own' AS what
            FROM messages m JOIN messages asked ON asked.id = m.reply_to_id
            WHERE asked.author <> 'customer' OR asked.turn_id IS DISTINCT FROM asked.id
        """,
        )

    async def _one_story(self) -> None:
        """Promise 2: the engine's memory holds each message at most once, and no answered one is missing."""
        if not (await self._rows("SELECT to_regclass('engine.events') AS there"))[0]["there"]:
            return
        stories: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for row in await self._rows("SELECT sender_id, data FROM engine.events ORDER BY id"):
            stories[row["sender_id"]].append(json.loads(row["data"]))
        known = {sender: Counter(_told(events)) for sender, events in stories.items()}
        for sender, told in known.items():
            for message, times in told.items():
                if times > 1:
                    self._broken("doubled", f"conversation {sender} was told message {message} {times} times")
        answered = await self._rows("""
            SELECT DISTINCT conversation_id, reply_to_id FROM messages m
            WHERE author = 'bot' AND reply_to_id IS NOT NULL AND script NOT LIKE 'desk\\_%'
              AND NOT EXISTS (
                SELECT 1 FROM messages other
                WHERE other.reply_to_id = m.reply_to_id AND other.delivery = 'dropped'
              )
        """)
        for row in answered:
            if str(row["reply_to_id"]) not in known.get(str(row["conversation_id"]), {}):
                self._broken(
                    "lost", f"turn {row['reply_to_id']} was answered and the assistant does not know of it"
                )

    async def _platform_agrees(self) -> None:
        """Promise 2: what is sent is there once, what is there was sent, and doubt is called unknown."""
        ours = await self._ours_on_telegram()
        chats = {row["address"] for row in ours}
        got = {_platform_id(call): call for call in self._record.calls if _is_message(call, chats)}
        claimed: Counter[str] = Counter()
        for row in ours:
            if row["delivery"] != "sent":
                continue
            for piece in (row["platform_id"] or "none").split(","):
                claimed[piece] += 1
                call = got.get(piece)
                if call is None or call.chat_id != row["address"] or call.text not in row["text"]:
                    self._broken("platform", f"message {row['id']} is sent, and the platform has not got it")
        for piece, times in claimed.items():
            if times > 1:
                self._broken("platform", f"{times} messages are sent as {piece}")
        unsure = Counter((row["address"], row["text"]) for row in ours if row["delivery"] == "unknown")
        for piece, call in got.items():
            if piece in claimed:
                continue
            if not unsure[call.chat_id or "", call.text]:
                self._broken("platform", f"{piece} to chat {call.chat_id} is no sent or unknown message")
            unsure[call.chat_id or "", call.text] -= 1

    async def _in_order(self) -> None:
        """Promise 3: replies in the order of messages, and the platform got them in the order of ids."""
        await self._report(
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
        for one in self._record.accepted:
            if one.conversation is not None and one.message is not None:
                if one.message <= latest.get(one.conversation, 0):
                    self._broken(
                        "order", f"message {one.message} was written after {latest[one.conversation]}"
                    )
                latest[one.conversation] = max(one.message, latest.get(one.conversation, 0))
        row_of = {}
        for row in await self._ours_on_telegram():
            for piece in (row["platform_id"] or "").split(","):
                row_of[piece] = row["id"]
        arrived: dict[str | None, int] = defaultdict(int)
        for call in self._record.calls:
            row_id = row_of.get(_platform_id(call)) if call.method == "sendMessage" else None
            if row_id is not None:
                if row_id < arrived[call.chat_id]:
                    self._broken("order", f"message {row_id} reached the platform after a later one")
                arrived[call.chat_id] = max(row_id, arrived[call.chat_id])

    async def _one_voice(self) -> None:
        """Promise 4: the assistant's words set out only while no person held the conversation."""
        await self._report(
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
        await self._report(
            "voice",
            """
            SELECT 'message ' || m.id || ' is of an agent who did not hold the conversation' AS what
            FROM witness.deliveries d JOIN messages m ON m.id = d.message_id
            WHERE m.author = 'agent' AND d.holder_id IS DISTINCT FROM m.staff_id
              AND d.id = (SELECT min(id) FROM witness.deliveries WHERE message_id = m.id)
        """,
        )
        await self._report(
            "platform",
            """
            SELECT 'message ' || message_id || ' set out again without a return' AS what
            FROM (SELECT message_id, delivery, lag(delivery) OVER (PARTITION BY message_id ORDER BY id) AS was
                  FROM witness.deliveries) AS moves
            WHERE delivery = 'sending' AND was IS DISTINCT FROM 'pending'
        """,
        )

    async def _handovers_follow(self) -> None:
        """Promise 4: every move begins where the one before it ended, and the last one is where it stands."""
        moves: dict[int, list[RowMapping]] = defaultdict(list)
        for row in await self._rows("""
            SELECT id, before, after FROM entries WHERE after ? 'holding' ORDER BY id
        """):
            moves[row["after"]["conversation"]].append(row)
        for row in await self._rows("""
            SELECT c.id, c.holding, s.username FROM conversations c LEFT JOIN staff s ON s.id = c.holder_id
        """):
            held = ("bot", None)
            for move in moves[row["id"]]:
                if _held(move["before"]) != held:
                    self._broken("voice", f"conversation {row['id']}: entry {move['id']} does not follow")
                held = _held(move["after"])
            if held != (row["holding"], row["username"]):
                self._broken("voice", f"conversation {row['id']} stands as no entry says")

    async def _ours_on_telegram(self) -> Sequence[RowMapping]:
        return await self._rows("""
            SELECT m.id, m.text, m.delivery, m.platform_id, i.address
            FROM messages m JOIN conversations c ON c.id = m.conversation_id
            JOIN identities i ON i.id = c.identity_id
            WHERE m.author <> 'customer' AND c.channel = 'telegram' ORDER BY m.id
        """)

    async def _figures(self) -> Figures:
        [row] = await self._rows(f"""
            SELECT count(*) FILTER (WHERE answered AND NOT alarmed) AS answered,
                   count(*) FILTER (WHERE alarmed) AS alarmed,
                   count(*) FILTER (WHERE NOT answered AND with_person) AS with_person
            FROM (SELECT {ANSWERED} AS answered, {WITH_PERSON} AS with_person, {ALARMED} AS alarmed
                  FROM messages m WHERE author = 'customer') AS ended
        """)
        [ours] = await self._rows("SELECT count(*) AS unknown FROM messages WHERE delivery = 'unknown'")
        told = Counter(violation.promise for violation in self._found)
        return Figures(
            sent=len(self._record.accepted),
            answered=row["answered"],
            with_person=row["with_person"],
            alarmed=row["alarmed"],
            doubled=told["doubled"],
            lost=told["lost"],
            unknown=ours["unknown"],
        )


# A reply that nobody took back stands for the turn that the message was answered in.
ANSWERED: Final = """EXISTS (
    SELECT 1 FROM messages reply WHERE reply.reply_to_id = m.turn_id AND reply.delivery IN ('sent', 'unknown')
)"""
ALARMED: Final = f"""EXISTS (
    SELECT 1 FROM messages reply WHERE reply.reply_to_id = m.turn_id AND reply.script LIKE '{ENGINE_DOWN}'
)"""
# A person held the conversation, or was called to it, when the message was settled; or one took the word
# before the reply was out.
WITH_PERSON: Final = """(coalesce((
    SELECT e.after ->> 'holding' <> 'bot' FROM entries e
    WHERE (e.after ->> 'conversation')::bigint = m.conversation_id AND e.after ? 'holding'
      AND e.at <= m.settled_at ORDER BY e.id DESC LIMIT 1
), false) OR EXISTS (
    SELECT 1 FROM messages reply JOIN witness.deliveries d ON d.message_id = reply.id
    WHERE reply.reply_to_id = m.turn_id AND d.delivery = 'dropped' AND d.holding = 'human'
))"""


def _held(state: dict[str, Any]) -> tuple[str, str | None]:
    return state["holding"], state["holder"]


def _told(events: Iterable[dict[str, Any]]) -> list[str]:
    """The ids of the messages the assistant was told and did not take back, as Rasa applies events."""
    told: list[str] = []
    for event in events:
        if event["event"] == "user":
            told.append(str(event.get("message_id")))
        elif event["event"] == "rewind" and told:
            told.pop()
    return told


def _is_message(call: Sent, chats: set[str]) -> bool:
    return call.method == "sendMessage" and call.chat_id in chats


def _platform_id(call: Sent) -> str:
    return str(call.result["message_id"]) if isinstance(call.result, dict) else ""
