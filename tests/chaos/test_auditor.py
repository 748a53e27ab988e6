"""The auditor finds nothing in a sound desk, and names what was doctored in one that is not."""

import json
from dataclasses import dataclass, replace
from typing import Any

import pytest
from sqlalchemy import text

from ledger.models import Message
from ledger.services import conversations, deliveries, handoff, messages
from ledger.services.messages import Reply
from ledger.vocabulary import Author, Delivery, Signal
from tests.chaos import witness
from tests.chaos.audit import Findings, audit
from tests.chaos.record import Accepted, Record, Spoken
from tests.emulator.state import Sent
from tests.ledger_world import COMPLAINT, LedgerWorld

CHAT = "70001"
UNSEALED = "ALTER TABLE entries DISABLE TRIGGER USER"
EVENTS = """
    CREATE TABLE engine.events (id serial PRIMARY KEY, sender_id text, type_name text, data text)
"""


@dataclass
class Sound:
    """A desk where everything is as it should be: one visitor, one Telegram chat, one agent's word.

    ``visited`` and ``asked`` are the customers' messages, ``sent`` and ``doubtful`` replies in Telegram.
    """

    world: LedgerWorld
    record: Record
    visited: int = 0
    asked: int = 0
    sent: int = 0
    doubtful: int = 0

    async def doctor(self, *statements: str) -> None:
        """Change what nobody may change."""
        async with self.world.database.transaction() as session:
            for statement in statements:
                await session.execute(text(statement.format(**self.ids)))

    async def findings(self) -> Findings:
        """The auditor's word."""
        async with self.world.database.transaction() as session:
            return await audit(session, self.record)

    async def finds(self, promise: str, *words: str) -> None:
        """The auditor names this violation."""
        told = [found for found in (await self.findings()).violations if found.promise == promise]
        assert any(all(word in found.what for word in words) for found in told), told

    @property
    def ids(self) -> dict[str, Any]:
        """For statements."""
        return {name: getattr(self, name) for name in ("visited", "asked", "sent", "doubtful")}


@pytest.fixture
async def sound(desk_ledger: LedgerWorld) -> Sound:
    world, found = desk_ledger, Sound(desk_ledger, Record())
    await found.doctor("CREATE SCHEMA engine", EVENTS)
    await world.do(witness.install)
    await _a_visitor_complains(found)
    await _a_threat_comes_by_telegram(found)
    return found


async def _a_visitor_complains(found: Sound) -> None:
    world = found.world
    conversation = await world.conversation("web")
    found.visited = await _says(found, "冰箱坏了", "c1.0", conversation)
    await world.hear(found.visited)
    await _answered(found, conversation, found.visited, Delivery.SENT, "我在听。")
    agent = await world.staff("wang")
    await world.do(
        lambda session: handoff.take(
            session, conversation_id=conversation, staff=agent, now=world.later(seconds=1)
        )
    )
    await world.do(
        lambda session: messages.send_as_agent(
            session,
            conversation_id=conversation,
            staff=agent,
            text="我来看。",
            now=world.later(seconds=1),
            delivery=Delivery.SENT,
        )
    )
    found.record.spoken.append(Spoken(conversation, "我来看。", None))
    await world.do(
        lambda session: handoff.release(
            session, conversation_id=conversation, staff=agent, now=world.later(seconds=1)
        )
    )


async def _a_threat_comes_by_telegram(found: Sound) -> None:
    world = found.world
    received = await world.do(
        lambda session: messages.receive(
            session, channel="telegram", address=CHAT, text="我找记者", client_id="m9", now=world.now
        )
    )
    found.asked, conversation = received.message_id, received.conversation_id
    found.record.accepted.append(Accepted("m9", "我找记者", address=CHAT))
    await world.hear(found.asked, replace(COMPLAINT, signals=(Signal.MEDIA_THREAT,)))
    rows = await _answered(found, conversation, found.asked, Delivery.PENDING, "很抱歉。", "编号是一。")
    found.sent, found.doubtful = rows
    await world.do(lambda session: deliveries.next_to_send(session, conversation_id=conversation))
    _reaches(found, "很抱歉。", 501)
    await world.do(
        lambda session: deliveries.arrived(session, message_id=found.sent, platform_id="501", now=world.now)
    )
    # The second is being sent when the desk dies: whether it got there nobody knows.
    for _ in range(2):
        await world.do(lambda session: deliveries.next_to_send(session, conversation_id=conversation))


async def _says(found: Sound, words: str, client_id: str, conversation: int) -> int:
    world = found.world
    received = await world.do(
        lambda session: messages.receive(
            session,
            channel="web",
            address="visitor-1",
            text=words,
            client_id=client_id,
            conversation_id=conversation,
            now=world.now,
        )
    )
    found.record.accepted.append(
        Accepted(client_id, words, conversation=conversation, message=received.message_id)
    )
    return received.message_id


async def _answered(
    found: Sound, conversation: int, message: int, delivery: Delivery, *words: str
) -> list[int]:
    world = found.world
    async with world.database.transaction() as session:
        asked = await session.get_one(Message, message)
        asked.settled_at = asked.heard_at = world.now
        asked.turn_id = asked.id
        spoken = await messages.store_replies(
            session,
            conversation=await conversations.lock(session, conversation),
            replies=[Reply(one, script="utter_listen") for one in words],
            author=Author.BOT,
            reply_to_id=message,
            now=world.now,
            delivery=delivery,
        )
    await _told(found, conversation, ("user", message))
    return [row.id for row in spoken]


async def _told(found: Sound, conversation: int, *events: tuple[str, int]) -> None:
    async with found.world.database.transaction() as session:
        for event, message in events:
            data = json.dumps({"event": event, "message_id": str(message)})
            await session.execute(
                text("INSERT INTO engine.events (sender_id, type_name, data) VALUES (:sender, :type, :data)"),
                {"sender": str(conversation), "type": event, "data": data},
            )


def _reaches(found: Sound, words: str, number: int) -> None:
    found.record.calls.append(Sent("sendMessage", CHAT, {"text": words}, {"message_id": number}, at=0.0))


async def test_a_sound_desk_has_kept_every_promise(sound: Sound) -> None:
    findings = await sound.findings()
    assert findings.violations == ()
    figures = findings.figures
    assert (figures.sent, figures.answered, figures.unknown, figures.lost) == (2, 2, 1, 0)


async def test_a_message_that_was_accepted_and_is_not_in_the_log_is_lost(sound: Sound) -> None:
    sound.record.accepted.append(Accepted("m10", "喂", address=CHAT))
    await sound.finds("lost", "m10")


async def test_a_message_whose_words_were_changed_is_lost_and_has_no_sender(sound: Sound) -> None:
    await sound.doctor("UPDATE messages SET text = '…' WHERE id = {visited}")
    await sound.finds("lost", "c1.0")
    await sound.finds("doubled", "c1.0", "without its sender")


async def test_an_id_that_was_told_for_another_message_is_a_loss(sound: Sound) -> None:
    sound.record.accepted[0] = replace(sound.record.accepted[0], message=sound.asked)
    await sound.finds("lost", "another message's")


async def test_words_of_an_agent_that_were_taken_and_are_not_there_are_lost(sound: Sound) -> None:
    sound.record.spoken.append(Spoken(1, "在吗", message=77))
    await sound.finds("lost", "agent")


async def test_words_of_an_agent_that_nobody_sent_are_one_too_many(sound: Sound) -> None:
    sound.record.spoken.clear()
    await sound.finds("doubled", "no agent sent")


async def test_a_message_without_an_end_is_named(sound: Sound) -> None:
    await sound.doctor("UPDATE messages SET settled_at = NULL WHERE id = {visited}")
    await sound.finds("ended", "never settled")


async def test_a_message_settled_without_reply_owner_or_alarm_is_named(sound: Sound) -> None:
    await sound.doctor("UPDATE messages SET reply_to_id = NULL WHERE reply_to_id = {visited}")
    await sound.finds("ended", "without reply")


async def test_a_message_whose_replies_all_failed_has_not_been_answered(sound: Sound) -> None:
    await sound.doctor("UPDATE messages SET delivery = 'failed' WHERE reply_to_id = {asked}")
    await sound.finds("ended", "without reply")


async def test_a_message_that_is_on_its_way_for_ever_is_named(sound: Sound) -> None:
    await sound.doctor("UPDATE messages SET delivery = 'sending' WHERE id = {doubtful}")
    await sound.finds("ended", "never got beyond sending")


async def test_who_was_given_up_on_must_have_been_told_of(sound: Sound) -> None:
    await sound.doctor("UPDATE conversations SET handoff_reason = 'engine_down'", "DELETE FROM notices")
    await sound.finds("ended", "nobody was told")


async def test_two_rows_of_one_message_are_a_double(sound: Sound) -> None:
    await sound.doctor(
        "ALTER TABLE messages DROP CONSTRAINT uq_messages_conversation_id_client_id",
        "INSERT INTO messages (conversation_id, author, text, at, client_id)"
        " SELECT conversation_id, author, text, at, client_id FROM messages WHERE id = {asked}",
    )
    await sound.finds("doubled", "2 rows for message m9")


async def test_a_second_case_for_one_conversation_is_a_double(sound: Sound) -> None:
    await sound.doctor(
        "INSERT INTO case_conversations"
        " SELECT (SELECT max(id) FROM cases), conversation_id FROM messages WHERE id = {visited}"
    )
    await sound.finds("doubled", "has 2 cases")


async def test_a_flag_that_was_set_twice_is_a_double(sound: Sound) -> None:
    await sound.doctor("UPDATE cases SET special_reasons = special_reasons || special_reasons")
    await sound.finds("doubled", "flagged twice for media_threat")


async def test_a_second_headquarters_clock_for_one_flag_is_a_double(sound: Sound) -> None:
    await sound.doctor(
        "DROP INDEX ux_clocks_running",
        "INSERT INTO clocks (case_id, kind, started_at, due_at, escalated)"
        " SELECT case_id, kind, started_at + interval '1 s', due_at, 0 FROM clocks"
        " WHERE kind = 'headquarters'",
    )
    await sound.finds("doubled", "2 headquarters clocks for 1 flags")


async def test_a_clock_that_was_started_twice_at_once_is_a_double(sound: Sound) -> None:
    await sound.doctor(
        "DROP INDEX ux_clocks_running",
        "INSERT INTO clocks (case_id, kind, started_at, due_at, escalated)"
        " SELECT case_id, kind, started_at, due_at, 0 FROM clocks WHERE kind = 'first_response' LIMIT 1",
    )
    await sound.finds("doubled", "2 first responses")


async def test_a_special_case_without_its_clock_has_lost_it(sound: Sound) -> None:
    await sound.doctor("DELETE FROM notices", "DELETE FROM clocks WHERE kind = 'headquarters'")
    await sound.finds("lost", "without a headquarters clock")


async def test_an_opening_that_stands_twice_in_a_book_is_a_double(sound: Sound) -> None:
    await sound.doctor(UNSEALED, "UPDATE entries SET action = 'case.opened' WHERE action = 'special.flagged'")
    await sound.finds("doubled", "2 times case.opened")


async def test_a_message_that_was_heard_twice_in_one_case_is_a_double(sound: Sound) -> None:
    await sound.doctor(UNSEALED, "UPDATE entries SET action = 'case.heard' WHERE action = 'special.flagged'")
    await sound.finds("doubled", f"message {sound.asked} was heard 2 times")


async def test_a_clock_that_was_stopped_twice_is_a_double(sound: Sound) -> None:
    await sound.doctor(
        UNSEALED,
        "UPDATE entries SET action = 'clock.stopped',"
        " after = (SELECT after FROM entries WHERE action = 'clock.stopped')"
        " WHERE action = 'special.flagged'",
    )
    await sound.finds("doubled", "was stopped 2 times")


async def test_a_changed_entry_breaks_the_ledger(sound: Sound) -> None:
    await sound.doctor(UNSEALED, "UPDATE entries SET actor = 'x' WHERE action = 'special.flagged'")
    await sound.finds("ledger", "its content was changed")


async def test_a_turn_that_was_answered_a_second_time_is_a_double(sound: Sound) -> None:
    await sound.doctor("UPDATE messages SET at = at + interval '1 s' WHERE id = {doubtful}")
    await sound.finds("doubled", "answered 2 times")


async def test_a_reply_to_what_belongs_to_another_turn_is_a_double(sound: Sound) -> None:
    await sound.doctor("UPDATE messages SET turn_id = {visited} WHERE id = {asked}")
    await sound.finds("doubled", "no turn of its own")


async def test_a_story_that_was_told_one_message_twice_is_a_double(sound: Sound) -> None:
    await _told(sound, 1, ("user", sound.visited))
    await sound.finds("doubled", f"told message {sound.visited} 2 times")


async def test_what_was_taken_back_before_it_was_told_again_is_no_double(sound: Sound) -> None:
    await _told(sound, 1, ("rewind", 0), ("user", sound.visited))
    assert (await sound.findings()).violations == ()


async def test_an_answer_that_the_assistant_does_not_know_of_is_lost_to_it(sound: Sound) -> None:
    await _told(sound, 1, ("rewind", 0))
    await sound.finds("lost", "does not know")


async def test_what_is_sent_and_never_arrived_is_named(sound: Sound) -> None:
    sound.record.calls.clear()
    await sound.finds("platform", "has not got it")


async def test_what_arrived_with_other_words_is_not_what_was_sent(sound: Sound) -> None:
    sound.record.calls[0].arguments["text"] = "别的"
    await sound.finds("platform", "has not got it")


async def test_what_arrived_a_second_time_is_named(sound: Sound) -> None:
    _reaches(sound, "很抱歉。", 502)
    await sound.finds("platform", "502", "no sent or unknown")


async def test_what_is_unknown_may_have_arrived_once_and_not_twice(sound: Sound) -> None:
    _reaches(sound, "编号是一。", 502)
    assert (await sound.findings()).violations == ()
    _reaches(sound, "编号是一。", 503)
    await sound.finds("platform", "503")


async def test_what_was_dropped_must_not_arrive(sound: Sound) -> None:
    await sound.doctor("UPDATE messages SET delivery = 'dropped' WHERE id = {doubtful}")
    _reaches(sound, "编号是一。", 502)
    await sound.finds("platform", "502")


async def test_two_messages_that_claim_one_arrival_are_named(sound: Sound) -> None:
    await sound.doctor("UPDATE messages SET delivery = 'sent', platform_id = '501' WHERE id = {doubtful}")
    await sound.finds("platform", "2 messages are sent as 501")


async def test_a_message_that_set_out_twice_is_named(sound: Sound) -> None:
    await sound.doctor("UPDATE messages SET delivery = 'sending' WHERE id = {sent}")
    await sound.finds("platform", "set out again")


async def test_replies_in_another_order_than_their_messages_are_named(sound: Sound) -> None:
    await sound.doctor(
        "INSERT INTO messages (conversation_id, author, text, at, client_id, settled_at, turn_id)"
        " SELECT conversation_id, author, '后', at, 'm99', at, NULL FROM messages WHERE id = {asked}",
        "UPDATE messages SET reply_to_id = (SELECT max(id) FROM messages) WHERE id = {sent}",
    )
    await sound.finds("order", "answers")


async def test_what_reached_the_platform_after_a_later_message_is_named(sound: Sound) -> None:
    await sound.doctor("UPDATE messages SET delivery = 'sent', platform_id = '400' WHERE id = {doubtful}")
    sound.record.calls.insert(0, Sent("sendMessage", CHAT, {"text": "编号是一。"}, {"message_id": 400}))
    await sound.finds("order", "after a later one")


async def test_a_visitors_messages_in_another_order_than_they_were_sent_are_named(sound: Sound) -> None:
    sound.record.accepted.append(replace(sound.record.accepted[0], client_id="c1.1", message=0))
    await sound.finds("order", "was written after")


async def test_a_word_of_the_assistant_while_a_person_held_the_conversation_is_named(sound: Sound) -> None:
    await sound.doctor("UPDATE witness.deliveries SET holding = 'human' WHERE message_id = {sent}")
    await sound.finds("voice", str(sound.sent), "sending while a person held it")


async def test_a_word_that_was_dropped_although_no_person_held_the_conversation_is_named(
    sound: Sound,
) -> None:
    await sound.doctor("UPDATE messages SET delivery = 'dropped' WHERE id = {doubtful}")
    await sound.finds("voice", "dropped although")


async def test_a_word_of_an_agent_who_did_not_hold_the_conversation_is_named(sound: Sound) -> None:
    await sound.doctor("UPDATE witness.deliveries SET holder_id = NULL WHERE holding = 'human'")
    await sound.finds("voice", "did not hold")


async def test_a_move_that_does_not_begin_where_the_last_one_ended_is_named(sound: Sound) -> None:
    await sound.doctor(
        UNSEALED,
        "UPDATE entries SET before = jsonb_set(before, '{{holder}}', '\"li\"')"
        " WHERE action = 'conversation.released'",
    )
    await sound.finds("voice", "does not follow")


async def test_a_conversation_that_stands_as_no_entry_says_is_named(sound: Sound) -> None:
    await sound.doctor("UPDATE conversations SET holding = 'waiting'")
    await sound.finds("voice", "stands as no entry says")
