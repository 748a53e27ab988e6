"""The desk's channel into the engine: a turn is all or nothing, once, and for who knows the token."""

import asyncio
from collections.abc import Callable

import pytest
from sqlalchemy import func, select, text

from ledger.models import Case
from ledger.services import conversations
from tests.assistant import Assistant, Customer
from tests.stand_ins import eventually

WAITING = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
SAVED_BY_ANOTHER = text("""
    INSERT INTO engine.events (sender_id, type_name, timestamp, data)
    SELECT sender_id, 'slot', max(timestamp), '{"event": "slot", "name": "next_step", "value": null}'
    FROM engine.events WHERE sender_id = :sender GROUP BY sender_id
""")
FRIDGE = "你们的冰箱修了三次都没修好,我要退款"


async def cases_of(assistant: Assistant, customer: Customer) -> int:
    async with assistant.database.transaction() as session:
        of_it = select(func.count()).select_from(Case).where(Case.conversations.any(id=customer.conversation))
        return int(await session.scalar(of_it) or 0)


@pytest.mark.parametrize("route", ["turn", "trigger", "parse", "remember", "forget", "ready"])
async def test_every_route_is_closed_without_the_token(assistant: Assistant, route: str) -> None:
    assert (await assistant.post(route, {}, token="wrong")).status_code == 401


async def test_a_request_that_lacks_something_is_refused(assistant: Assistant) -> None:
    assert (await assistant.post("turn", {"conversation": "1"})).status_code == 400


async def test_a_reply_bears_its_script_and_stage(customer: Callable[..., Customer]) -> None:
    someone = customer()
    await someone.say(FRIDGE)
    assert someone.replies[0]["stage"] == "acknowledge"
    assert someone.scripts[-1] == "utter_listen_contact"


async def test_what_was_heard_comes_with_the_answer(customer: Callable[..., Customer]) -> None:
    someone = customer()
    await someone.say(FRIDGE)
    assert someone.heard["category"] == "product_quality"
    assert someone.heard["kind"] == "complaint"


async def test_a_message_sent_again_is_answered_again_and_filed_once(
    assistant: Assistant, customer: Callable[..., Customer]
) -> None:
    someone = customer()
    await someone.say(FRIDGE)
    once = someone.scripts
    await someone.again(FRIDGE)
    assert someone.scripts == once
    assert await cases_of(assistant, someone) == 1


async def test_a_turn_that_was_held_up_until_a_later_one_was_run_is_refused(
    customer: Callable[..., Customer],
) -> None:
    someone = customer()
    await someone.say("洗衣机坏了,没人管")
    earlier = someone.message_id
    await someone.say("上个月买的")
    known = await someone.memory()
    held_up = {"conversation": str(someone.conversation), "message_id": earlier, "text": "洗衣机坏了,没人管"}
    assert (await someone.assistant.post("turn", held_up)).status_code == 503
    assert await someone.memory() == known


async def test_a_turn_that_another_engine_overtook_leaves_no_trace_and_may_be_run_again(
    assistant: Assistant, customer: Callable[..., Customer]
) -> None:
    someone = customer()
    await someone.say("洗衣机坏了,没人管")
    known = len(await someone.memory())
    await someone.write("地板都泡坏了")
    turn = {
        "conversation": str(someone.conversation),
        "message_id": someone.message_id,
        "text": "地板都泡坏了",
    }
    async with assistant.database.transaction() as session:
        await conversations.lock(session, someone.conversation or 0)
        held_up = asyncio.create_task(assistant.post("turn", turn))
        await eventually(lambda: _somebody_waits(assistant))
        async with assistant.database.transaction() as other:
            await other.execute(SAVED_BY_ANOTHER, {"sender": str(someone.conversation)})
    assert (await held_up).status_code == 503
    assert len(await someone.memory()) == known
    assert (await someone.again("地板都泡坏了")) != ""
    assert len([told for told in await someone.memory() if told["event"] == "user"]) == 2


async def _somebody_waits(assistant: Assistant) -> bool:
    async with assistant.database.transaction() as session:
        return bool(await session.scalar(WAITING))


async def test_a_failed_action_fails_the_turn_and_leaves_no_trace(
    assistant: Assistant, customer: Callable[..., Customer]
) -> None:
    someone = customer()
    await someone.say("您好")
    unknown = {"conversation": str(someone.conversation), "message_id": 10**12, "text": FRIDGE}
    failed = await assistant.post("turn", unknown)
    assert failed.status_code == 503
    assert "action_hear" in failed.json()["error"]
    await someone.say(FRIDGE)
    assert someone.scripts[0] == "utter_acknowledge_repeated"


async def test_a_forgotten_message_was_never_said(
    assistant: Assistant, customer: Callable[..., Customer]
) -> None:
    someone = customer()
    await someone.say(FRIDGE)
    answer = await assistant.post(
        "forget", {"conversation": str(someone.conversation), "message_id": someone.message_id}
    )
    assert answer.json() == {"forgotten": True}
    again = await assistant.post(
        "forget", {"conversation": str(someone.conversation), "message_id": someone.message_id}
    )
    assert again.json() == {"forgotten": False}


async def test_after_a_hand_back_our_old_question_is_closed(
    assistant: Assistant, customer: Callable[..., Customer]
) -> None:
    someone = customer()
    await someone.say(FRIDGE)
    turns = [
        {"author": "customer", "text": "喂", "message_id": someone.message_id},
        {"author": "agent", "text": "我是王芳,电话我记下了。", "message_id": None},
    ]
    remembered = await assistant.post("remember", {"conversation": str(someone.conversation), "turns": turns})
    assert remembered.status_code == 200
    await someone.say("谢谢")
    assert someone.scripts == ["utter_respond_thank"]


async def test_what_was_said_is_remembered_once_however_often_it_is_told(
    assistant: Assistant, customer: Callable[..., Customer]
) -> None:
    someone = customer()
    await someone.say(FRIDGE)
    said = {"author": "agent", "text": "我是王芳,配件明天到。", "message_id": someone.message_id + 1}
    for _ in range(2):
        told = {"conversation": str(someone.conversation), "turns": [said]}
        assert (await assistant.post("remember", told)).status_code == 200
    assert [event["text"] for event in await someone.memory()].count(said["text"]) == 1


async def test_a_message_taken_back_may_still_be_remembered(
    assistant: Assistant, customer: Callable[..., Customer]
) -> None:
    someone = customer()
    await someone.say(FRIDGE)
    conversation = str(someone.conversation)
    await assistant.post("forget", {"conversation": conversation, "message_id": someone.message_id})
    said = {"author": "customer", "text": FRIDGE, "message_id": someone.message_id}
    await assistant.post("remember", {"conversation": conversation, "turns": [said]})
    assert FRIDGE in [event["text"] for event in await someone.memory()]


async def test_the_engine_says_whether_its_actions_answer(assistant: Assistant) -> None:
    assert (await assistant.post("ready", {})).json() == {"actions": True}


async def test_hearing_alone_answers_nothing(assistant: Assistant) -> None:
    answer = await assistant.post("parse", {"text": "再不解决我就找记者曝光"})
    assert answer.json()["heard"]["signals"] == ["media_threat"]
    assert "replies" not in answer.json()


async def test_the_answer_is_in_the_conversations_script_when_the_text_has_none(
    customer: Callable[..., Customer],
) -> None:
    someone = customer("zh-Hant")
    await someone.say("??")
    assert "想投訴一件事" in someone.text


@pytest.mark.parametrize("event", ["EXTERNAL_progress", "EXTERNAL_resolved", "EXTERNAL_revisit"])
async def test_the_desk_speaks_first_once_for_a_key(customer: Callable[..., Customer], event: str) -> None:
    someone = customer()
    await someone.say(FRIDGE)
    told = {"number": "QT-2026-000001", "text": "配件到了", "outcome": "换新机", "remedy": "换货"}
    first = await someone.told(event, key="7", **told)
    assert first == await someone.told(event, key="7", **told)


@pytest.mark.parametrize(
    ("complaint", "remedy", "told"),
    [
        (FRIDGE, "apology", "道歉"),
        ("你們的冰箱修了三次都沒修好", "replacement", "換貨"),
        ("Your fridge was repaired three times and is still broken", "refund", "a refund"),
        (FRIDGE, "送一台新冰箱", "送一台新冰箱"),
    ],
)
async def test_what_was_given_is_told_in_the_customers_words(
    customer: Callable[..., Customer], complaint: str, remedy: str, told: str
) -> None:
    someone = customer()
    await someone.say(complaint)
    said = await someone.told("EXTERNAL_resolved", number="QT-2026-000001", outcome="…", remedy=remedy)
    assert told in said
