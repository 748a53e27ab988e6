"""What every message meets with (docs/conversation.md)."""

import pytest
from sqlalchemy import select

from bot import conversation, turns
from bot.conversation import Edited
from bot.evidence import File
from ledger.heard import Heard
from ledger.models import Attachment, Edit
from ledger.services import cases, silence
from ledger.services.messages import Received
from ledger.vocabulary import Delivery, Holding, Language

from .stand_ins import complaint, heard, reply
from .world import NIGHT, World

PHOTO = File("fridge.jpg", "image/jpeg", b"\xff\xd8warm")


async def test_a_message_is_answered_and_settled(world: World) -> None:
    received = await world.says("你好")
    asked, answer = await world.transcript(received.conversation_id)
    assert asked.settled_at is not None
    assert (answer.author, answer.text, answer.reply_to_id) == ("bot", "听到:你好", asked.id)
    assert answer.delivery == Delivery.SENT
    assert world.post.arrived == ["听到:你好"]


async def test_what_was_heard_stands_with_the_message(world: World) -> None:
    world.engine.hear = lambda text: complaint(
        signals=["media_threat"], emotion=3, intent={"name": "complain"}
    )
    received = await world.says("冰箱又坏了,找记者")
    message = (await world.transcript(received.conversation_id))[0]
    assert (message.kind, message.category, message.signals, message.emotion) == (
        "complaint",
        "product_quality",
        ["media_threat"],
        3,
    )


async def test_a_redelivered_message_has_one_row_and_one_answer(world: World) -> None:
    first = await world.says("你好", client_id="same")
    again = await world.says("你好", client_id="same")
    assert (again.message_id, again.fresh) == (first.message_id, False)
    assert world.post.arrived == ["听到:你好"]
    assert len(world.engine.calls("turn")) == 1


async def test_a_message_handled_twice_is_answered_once(world: World) -> None:
    received = await world.says("你好")
    await turns.handle(world.desk, received.message_id)
    assert len(await world.transcript(received.conversation_id)) == 2


async def test_messages_of_a_conversation_are_answered_in_their_order(world: World) -> None:
    for number in range(6):
        await world.writes(f"第{number}句")
    await world.work()
    assert world.post.arrived == [f"听到:第{number}句" for number in range(6)]


async def test_conversations_do_not_wait_for_each_other(world: World) -> None:
    received = [await world.writes("你好", address=f"chat-{number}") for number in range(3)]
    await world.work()
    assert len({one.conversation_id for one in received}) == 3
    assert len(world.post.arrived) == 3


async def test_an_identity_goes_on_in_its_latest_conversation(world: World) -> None:
    first, second = await world.says("你好"), await world.says("还有")
    assert first.conversation_id == second.conversation_id


async def test_the_conversation_follows_the_language_of_its_customer(world: World) -> None:
    world.engine.hear = lambda text: heard(language="zh-Hant" if "冰箱壞" in text else None)
    received = await world.says("冰箱壞了")
    await world.says("13800000000")
    messages = await world.transcript(received.conversation_id)
    assert [one.language for one in messages if one.author == "customer"] == [Language.ZH_HANT] * 2
    assert world.engine.calls("turn")[1]["language"] == "zh-Hant"


async def test_the_platform_tells_the_language_until_the_customer_does(world: World) -> None:
    world.engine.hear = lambda text: heard(language=None)
    await world.says("…", language=Language.EN)
    assert world.engine.calls("turn")[0]["language"] == "en"


async def test_no_command_reaches_the_engine(world: World) -> None:
    await world.says("/restart")
    await world.says("//")
    assert [call["text"] for call in world.engine.calls("turn")] == ["restart", "…"]


async def test_an_answer_about_the_case_is_no_progress_of_it(world: World) -> None:
    world.engine.hear = lambda text: complaint()
    received = await world.writes("冰箱坏了")
    await _heard_as_complaint(world, received.message_id)
    world.engine.replies = lambda text: [reply("在办。", "feedback", "utter_feedback_status_open")]
    await world.work()
    [case] = await world.cases()
    assert case.stage == "listen"


async def test_a_reply_is_evidence_of_its_stage(world: World) -> None:
    world.engine.hear = lambda text: complaint()
    world.engine.replies = lambda text: [
        reply("三次了,换谁都烦。", "acknowledge", "utter_acknowledge_repeated")
    ]
    received = await world.writes("修了三次")
    await _heard_as_complaint(world, received.message_id)
    await world.work()
    [case] = await world.cases()
    answer = (await world.transcript(received.conversation_id))[-1]
    [entry] = await world.entries("stage.entered")
    assert case.stage == "acknowledge"
    assert entry.after["message"] == answer.id


async def test_a_turn_whose_action_failed_is_run_again(world: World) -> None:
    world.engine.failing = 2
    received = await world.says("你好")
    assert await world.said(received.conversation_id) == [("customer", "你好"), ("bot", "听到:你好")]


async def test_a_turn_without_a_word_has_failed(world: World) -> None:
    world.engine.replies = lambda text: []
    received = await world.says("你好")
    assert (await world.conversation(received.conversation_id)).holding == Holding.WAITING


async def test_an_engine_that_stays_away_brings_a_person_and_an_honest_sentence(world: World) -> None:
    admin = await world.agent("admin", role="administrator")
    world.engine.down = True
    received = await world.says("冰箱坏了", language=Language.ZH_HANS)
    asked, answer = await world.transcript(received.conversation_id)
    held = await world.conversation(received.conversation_id)
    assert asked.settled_at is not None
    assert (held.holding, held.handoff_reason) == ("waiting", "engine_down")
    assert answer.script == "desk_engine_down"
    assert "转给同事" in answer.text
    assert {notice.staff_id for notice in await world.notices() if notice.kind == "alarm"} == {admin.id}


async def test_out_of_hours_the_sentence_says_when_a_person_is_there(world: World) -> None:
    world.now, world.engine.down = NIGHT, True
    received = await world.says("my fridge is broken", language=Language.EN)
    answer = (await world.transcript(received.conversation_id))[-1]
    assert "people are back Mon, Nov 23 09:00" in answer.text


async def test_the_sentence_is_said_once_while_the_conversation_waits(world: World) -> None:
    world.engine.down = True
    received = await world.says("冰箱坏了")
    await world.says("喂?")
    assert len(world.post.arrived) == 1
    assert all(
        one.settled_at for one in await world.transcript(received.conversation_id) if one.author == "customer"
    )


async def test_what_was_not_heard_in_time_reaches_the_ledger_when_the_engine_is_back(
    world: World,
) -> None:
    world.engine.hear = lambda text: complaint()
    world.engine.down = True
    received = await world.says("冰箱坏了")
    assert await world.cases() == []
    world.engine.down = False
    await world.work()
    assert len(await world.cases()) == 1
    assert len(world.post.arrived) == 1
    assert (await world.transcript(received.conversation_id))[0].kind == "complaint"


async def test_while_a_person_is_waited_for_the_assistant_goes_on(world: World) -> None:
    world.engine.down = True
    await world.says("冰箱坏了")
    world.engine.down = False
    await world.says("在吗")
    assert world.post.arrived[-1] == "听到:在吗"


async def test_a_file_is_kept_and_answered(world: World) -> None:
    received = await world.says("", files=[PHOTO])
    [attachment] = await world.all(select(Attachment))
    assert world.desk.evidence.path(attachment.path).read_bytes() == PHOTO.content
    assert attachment.case_id is None
    assert (await world.transcript(received.conversation_id))[-1].script == "desk_file_kept"
    assert world.engine.calls("turn") == []


async def test_a_file_belongs_to_the_case_that_is_talked_about(world: World) -> None:
    received = await world.says("冰箱坏了")
    await _heard_as_complaint(world, received.message_id)
    await world.says("", files=[PHOTO])
    [case], [attachment] = await world.cases(), await world.all(select(Attachment))
    assert attachment.case_id == case.id
    assert case.number in world.post.arrived[-1]
    assert [entry.book for entry in await world.entries("evidence.received")] == [case.number]


async def test_a_file_sent_before_the_complaint_is_put_on_its_case(world: World) -> None:
    world.engine.replies = lambda text: [reply("记下了。", "acknowledge")]
    await world.says("", files=[PHOTO])
    received = await world.writes("冰箱坏了")
    await _heard_as_complaint(world, received.message_id)
    await world.work()
    [case], [attachment] = await world.cases(), await world.all(select(Attachment))
    assert attachment.case_id == case.id


async def test_a_caption_is_answered_and_its_file_too(world: World) -> None:
    await world.says("就是这台", files=[PHOTO])
    assert len(world.post.arrived) == 2
    assert world.post.arrived[1] == "听到:就是这台"


async def test_a_kind_the_desk_cannot_read_is_answered_kindly(world: World) -> None:
    received = await world.says("")
    assert (await world.transcript(received.conversation_id))[-1].script == "desk_unreadable"


async def test_the_desk_does_not_repeat_itself_either(world: World) -> None:
    received = await world.says("", files=[PHOTO])
    await world.says("", files=[PHOTO])
    said = [row.text for row in await world.transcript(received.conversation_id) if row.script]
    assert len(set(said)) == 2


async def test_an_edit_is_recorded_and_makes_no_turn(world: World) -> None:
    received = await world.says("冰箱坏了", client_id="m7")
    edited = Edited("post", "chat-1", "m7", "u1", "冰箱又坏了")
    assert await conversation.record_edit(world.desk, edited)
    assert not await conversation.record_edit(world.desk, edited)
    await world.work()
    [edit] = await world.all(select(Edit))
    message = (await world.transcript(received.conversation_id))[0]
    assert (edit.text, message.text) == ("冰箱又坏了", "冰箱坏了")
    assert len(world.engine.calls("turn")) == 1


async def test_anger_that_does_not_fall_brings_a_person(world: World) -> None:
    world.engine.hear = lambda text: heard(emotion=2)
    received = await world.says("一")
    await world.says("二")
    await world.says("三")
    assert (await world.conversation(received.conversation_id)).holding == Holding.BOT
    await world.says("四")
    held = await world.conversation(received.conversation_id)
    assert (held.holding, held.handoff_reason) == ("waiting", "anger")
    assert (await world.transcript(received.conversation_id))[-1].script == "desk_person_called"


async def test_anger_that_falls_does_not(world: World) -> None:
    levels = iter([3, 3, 2, 2])
    world.engine.hear = lambda text: heard(emotion=next(levels))
    received = await world.says("一")
    for further in ("二", "三", "四"):
        await world.says(further)
    assert (await world.conversation(received.conversation_id)).holding == Holding.BOT


async def test_the_assistant_speaks_first_once_for_a_key(world: World) -> None:
    received = await world.says("你好")
    asked = {
        "conversation_id": received.conversation_id,
        "intent": "EXTERNAL_progress",
        "entities": {"text": "零件到了"},
    }
    await turns.speak(world.desk, **asked, key="progress:1")
    await turns.speak(world.desk, **asked, key="progress:1")
    await world.work()
    assert world.post.arrived == ["听到:你好", "听到:EXTERNAL_progress"]


async def test_a_question_without_an_answer_is_followed_by_one_nudge(world: World) -> None:
    received = await _asked_about_a_complaint(world)
    world.later(minutes=14)
    assert await _break_silences(world) == 0
    world.later(minutes=2)
    assert await _break_silences(world) == 1
    assert await _break_silences(world) == 0
    await world.work()
    assert await _break_silences(world) == 0
    assert [call["key"] for call in world.engine.calls("trigger")] == [
        f"nudge:{(await world.transcript(received.conversation_id))[1].id}"
    ]


async def test_who_left_long_ago_is_not_called_after(world: World) -> None:
    await _asked_about_a_complaint(world)
    silence = world.desk.policy.silence
    world.later(seconds=(silence.nudge_after + silence.nudge_within).total_seconds() + 1)
    assert await _break_silences(world) == 0


async def test_who_has_answered_meanwhile_is_not_nudged(world: World) -> None:
    await _asked_about_a_complaint(world)
    world.later(minutes=16)
    await world.writes("还有发票")
    await _break_silences(world)
    await world.work()
    assert world.engine.calls("trigger") == []


async def test_nobody_is_nudged_where_nothing_was_asked(world: World) -> None:
    received = await world.writes("冰箱坏了")
    await _heard_as_complaint(world, received.message_id)
    await world.work()
    world.later(minutes=16)
    assert await _break_silences(world) == 0


async def _asked_about_a_complaint(world: World) -> Received:
    world.engine.replies = lambda text: [reply("您最想要什么?", "listen")]
    received = await world.writes("冰箱坏了")
    await _heard_as_complaint(world, received.message_id)
    await world.work()
    return received


async def _break_silences(world: World) -> int:
    found = await world.do(lambda session: silence.break_it(session, policy=world.desk.policy, now=world.now))
    return int(found)


async def _heard_as_complaint(world: World, message_id: int) -> None:
    """What the action of the turn does."""
    await world.do(
        lambda session: cases.hear(
            session,
            message_id=message_id,
            heard=Heard.from_parse(complaint()),
            policy=world.desk.policy,
            now=world.now,
        )
    )


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("My fridge has been broken for a week", "Your message arrived"),
        ("冰箱壞了一個禮拜都沒人來修", "一個字都沒少"),
        ("冰箱坏了一个礼拜都没人来修", "一个字没丢"),
    ],
)
async def test_even_without_an_engine_the_customer_is_answered_in_their_script(
    world: World, words: str, said: str
) -> None:
    world.engine.down = True
    await world.says(words)
    assert said in world.post.arrived[-1]


async def test_who_takes_a_conversation_nobody_has_heard_yet_greets_in_its_language(world: World) -> None:
    received = await world.writes("My fridge is broken")
    await world.takes(await world.agent("wang", name="Wang Fang"), received)
    await world.work()
    assert world.post.arrived[0].startswith("Wang Fang is here now")
