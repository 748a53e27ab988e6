"""Three short messages in a row are listened to, and answered once (docs/conversation.md, "Listening")."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import select

from bot import conversation, turns
from bot.conversation import Edited
from bot.desk import utc_now
from bot.evidence import File
from bot.nlu.writing import Writing
from bot.workers import Workers
from ledger.heard import Heard
from ledger.models import Clock, Message
from ledger.services import cases, watchdog
from ledger.services.cases import Hearing
from ledger.vocabulary import ClockKind, Delivery, Holding, Language, Role
from tests import policies
from tests.stand_ins import eventually

from .stand_ins import complaint, heard, reply
from .world import World

PHOTO = File("fridge.jpg", "image/jpeg", b"\xff\xd8warm")
OUTBURST, STORY, MORE = "你们这破冰箱！！！", "修了三次还是坏的", "今天又不制冷，菜全坏了。"
ALL = f"{OUTBURST}\n{STORY}\n{MORE}"


@pytest.fixture
def world(world: World) -> World:
    """A desk that listens as the default policy says."""
    world.desk.policy = policies.listening()
    return world


async def say_all(world: World, *texts: str, pause: float = 1) -> Any:
    """Some messages in a row, each handled as it arrives."""
    for text in texts:
        received = await world.says(text)
        await world.passes(seconds=pause)
    return received


async def customers(world: World, conversation_id: int) -> list[Message]:
    return [one for one in await world.transcript(conversation_id) if one.author == "customer"]


async def take_in(world: World, message_id: int, **differs: Any) -> Hearing:
    """What the action of the turn does."""
    hearing: Hearing | None = await world.do(
        lambda session: cases.hear(
            session,
            message_id=message_id,
            heard=Heard.from_parse(complaint(**differs)),
            policy=world.desk.policy,
            now=world.now,
        )
    )
    assert hearing is not None
    return hearing


async def test_three_messages_in_a_row_get_one_answer_to_all_of_it(world: World) -> None:
    received = await say_all(world, OUTBURST, STORY, MORE)
    assert world.post.arrived == [f"听到:{ALL}"]
    answer = (await world.transcript(received.conversation_id))[-1]
    assert answer.reply_to_id == received.message_id
    for message in await customers(world, received.conversation_id):
        assert message.settled_at is not None
        assert message.turn_id == received.message_id


async def test_nothing_is_said_before_they_were_heard_out(world: World) -> None:
    await world.says(OUTBURST)
    await world.passes(seconds=4)
    assert world.post.arrived == []
    await world.passes(seconds=1)
    assert world.post.arrived == [f"听到:{OUTBURST}"]


async def test_a_sign_is_shown_while_the_desk_listens(world: World) -> None:
    await world.says(OUTBURST)
    await asyncio.sleep(0)
    assert world.post.signs == ["chat-1"]


async def test_each_message_keeps_what_was_heard_in_it(world: World) -> None:
    levels = {OUTBURST: 3, STORY: 1, MORE: 2, ALL: 2}
    world.engine.hear = lambda text: complaint(emotion=levels[text])
    received = await say_all(world, OUTBURST, STORY, MORE)
    assert [one.emotion for one in await customers(world, received.conversation_id)] == [3, 1, 2]


async def test_a_straggler_gets_an_answer_of_its_own(world: World) -> None:
    await say_all(world, OUTBURST, STORY, MORE)
    received = await say_all(world, "还有，门也关不上。")
    assert world.post.arrived == [f"听到:{ALL}", "听到:还有，门也关不上。"]
    assert (await customers(world, received.conversation_id))[-1].turn_id == received.message_id


async def test_what_comes_while_the_answer_is_in_the_making_is_a_straggler(world: World) -> None:
    world.engine.gate.clear()
    received = await world.says(MORE)
    waiting = asyncio.create_task(world.passes(seconds=1))
    await world.engine.entered.wait()
    await world.writes(STORY)
    world.engine.gate.set()
    await waiting
    await world.passes(seconds=5)
    assert world.post.arrived == [f"听到:{MORE}", f"听到:{STORY}"]
    asked, late = await customers(world, received.conversation_id)
    assert (asked.turn_id, late.turn_id) == (asked.id, late.id)


async def test_after_the_longest_the_answer_comes_though_they_go_on(world: World) -> None:
    for number in range(4):
        await world.says(f"还有{number}，")
        await world.passes(seconds=4)
    assert world.post.arrived == ["听到:还有0，\n还有1，\n还有2，\n还有3，"]


async def test_who_is_writing_is_listened_to(world: World) -> None:
    received = await world.says(MORE)
    world.later(seconds=0.5)
    world.desk.typists.note(received.conversation_id, world.now)
    await world.passes(seconds=0.5)
    assert world.post.arrived == []
    await world.passes(seconds=4.5)
    assert world.post.arrived == [f"听到:{MORE}"]


async def test_an_injury_is_answered_at_once_with_all_that_was_said(world: World) -> None:
    world.engine.hear = lambda text: complaint(signals=["injury_safety"] if "烫伤" in text else [])
    await world.says(OUTBURST)
    await world.says("我妈被烫伤了，")
    assert world.post.arrived == [f"听到:{OUTBURST}\n我妈被烫伤了，"]


async def test_a_special_user_reaches_the_ledger_while_they_are_listened_to(world: World) -> None:
    world.engine.hear = lambda text: complaint(signals=["media_threat"] if "记者" in text else [])
    await world.says("冰箱坏了三天，我找记者，")
    assert world.post.arrived == []
    [case] = await world.cases()
    running = await world.all(select(Clock).where(Clock.kind == ClockKind.HEADQUARTERS))
    assert [reason["code"] for reason in case.special_reasons] == ["media_threat"]
    assert [clock.started_at for clock in running] == [world.now]


async def test_what_reached_the_ledger_early_stands_there_once(world: World) -> None:
    world.engine.hear = lambda text: complaint(signals=["media_threat"] if "记者" in text else [])
    received = await say_all(world, "冰箱坏了三天，我找记者，", MORE)
    hearing = await take_in(world, received.message_id, signals=["media_threat"])
    [case] = await world.cases()
    assert (hearing.opened, hearing.newly_special) == (True, True)
    assert case.narrative == f"冰箱坏了三天，我找记者，\n{MORE}"
    assert len(await world.entries("special.flagged")) == 1


async def test_the_ledger_holds_all_that_was_said_with_each_message_as_evidence(world: World) -> None:
    received = await say_all(world, OUTBURST, STORY, MORE)
    for _ in range(2):
        await take_in(world, received.message_id)
    [case], [entry] = await world.cases(), await world.entries("case.heard")
    ids = [one.id for one in await customers(world, received.conversation_id)]
    assert case.narrative == ALL
    assert [one["message"] for one in entry.after["gathered"]] == ids[:2]
    assert entry.after["message"] == ids[2]


async def test_a_bare_number_among_them_is_no_part_of_the_story(world: World) -> None:
    phone = {"entity": "phone", "value": "+8613800138000"}
    world.engine.hear = lambda text: complaint(entities=[phone] if "138" in text else [])
    received = await say_all(world, "冰箱坏了", "13800138000")
    await take_in(world, received.message_id, entities=[phone])
    assert (await world.cases())[0].narrative == "冰箱坏了"


async def test_messages_in_a_row_are_one_angry_turn(world: World) -> None:
    world.engine.hear = lambda text: heard(emotion=3)
    received = await say_all(world, OUTBURST, STORY, MORE)
    assert (await world.conversation(received.conversation_id)).holding == Holding.BOT
    hearing = await take_in(world, received.message_id, emotion=3)
    assert hearing.emotions == [3]


async def test_a_message_that_could_not_be_heard_at_once_is_heard_with_its_turn(world: World) -> None:
    world.engine.down = True
    received = await world.says(OUTBURST)
    world.engine.down = False
    await world.says(MORE)
    await world.passes(seconds=1)
    assert world.post.arrived == [f"听到:{OUTBURST}\n{MORE}"]
    assert all(one.heard_at for one in await customers(world, received.conversation_id))


async def test_a_pressed_button_is_answered_at_once_with_what_was_said_before(world: World) -> None:
    await world.says("等一下，")
    await world.says("退款", complete=True)
    assert world.post.arrived == ["听到:等一下，\n退款"]


async def test_a_redelivery_changes_nothing(world: World) -> None:
    await world.says(OUTBURST, client_id="same")
    await world.passes(seconds=1)
    await world.says(OUTBURST, client_id="same")
    await say_all(world, MORE)
    assert world.post.arrived == [f"听到:{OUTBURST}\n{MORE}"]


async def test_an_edit_meanwhile_stands_beside_the_first_wording(world: World) -> None:
    await world.says(OUTBURST, client_id="m7")
    await conversation.record_edit(world.desk, Edited("post", "chat-1", "m7", "u1", "你们这冰箱"))
    await say_all(world, MORE)
    assert world.post.arrived == [f"听到:{OUTBURST}\n{MORE}"]


async def test_a_file_in_the_middle_is_answered_with_the_words(world: World) -> None:
    received = await world.says(OUTBURST)
    await world.says("", files=[PHOTO])
    await say_all(world, MORE)
    assert len(world.post.arrived) == 2
    assert world.post.arrived[1] == f"听到:{OUTBURST}\n{MORE}"
    assert (await world.transcript(received.conversation_id))[-2].script == "desk_file_kept"


async def test_several_files_in_a_row_are_answered_once(world: World) -> None:
    for _ in range(3):
        await world.says("", files=[PHOTO])
    await world.passes(seconds=2)
    assert len(world.post.arrived) == 1
    assert world.engine.calls("turn") == []


async def test_who_takes_the_conversation_meanwhile_silences_the_assistant(world: World) -> None:
    world.engine.hear = lambda text: complaint()
    fang = await world.agent("fang")
    await world.says(OUTBURST)
    received = await world.says(STORY)
    await world.takes(fang, received)
    await world.passes(seconds=5)
    assert world.engine.calls("turn") == []
    assert all(one.settled_at for one in await customers(world, received.conversation_id))
    assert (await world.cases())[0].narrative == f"{OUTBURST}\n{STORY}"


async def test_what_a_person_was_told_meanwhile_is_told_the_assistant_at_the_hand_back(world: World) -> None:
    fang = await world.agent("fang")
    await world.says(OUTBURST)
    received = await world.says(STORY)
    await world.takes(fang, received)
    await world.passes(seconds=5)
    await world.answers(fang, received, "我来看")
    await world.releases(fang, received)
    await world.work()
    assert world.engine.memory[str(received.conversation_id)] == [OUTBURST, STORY, "我来看"]


async def test_an_answer_to_all_of_it_is_dropped_when_a_person_takes_the_word(world: World) -> None:
    fang = await world.agent("fang")
    world.engine.gate.clear()
    await world.says(OUTBURST)
    received = await world.says(MORE)
    waiting = asyncio.create_task(world.passes(seconds=1))
    await world.engine.entered.wait()
    await world.takes(fang, received)
    world.engine.gate.set()
    await waiting
    transcript = await world.transcript(received.conversation_id)
    assert [one.text for one in transcript if one.delivery == Delivery.DROPPED] == [
        f"听到:{OUTBURST}\n{MORE}"
    ]
    assert [call["message_id"] for call in world.engine.calls("forget")] == [received.message_id]
    assert all(one.settled_at for one in transcript if one.author == "customer")


async def test_an_absent_engine_is_owned_to_once_and_everything_heard_later(world: World) -> None:
    await world.agent("admin", role=Role.ADMINISTRATOR)
    world.engine.hear = lambda text: complaint()
    world.engine.down = True
    await world.says(OUTBURST)
    received = await world.says(MORE)
    await world.passes(seconds=1)
    assert len(world.post.arrived) == 1
    world.engine.down = False
    await world.work()
    [case] = await world.cases()
    assert case.narrative == f"{OUTBURST}\n{MORE}"
    assert all(one.heard_at for one in await customers(world, received.conversation_id))


async def test_the_turn_of_a_killed_desk_is_the_same_turn_again(world: World) -> None:
    """Killed while the engine answers: what comes later must not change what it was asked."""
    world.engine.gate.clear()
    await world.says(OUTBURST)
    received = await world.says(MORE)
    world.later(seconds=1)
    killed = asyncio.create_task(turns.handle(world.desk, received.message_id))
    await world.engine.entered.wait()
    killed.cancel()
    await world.writes(STORY)
    world.engine.gate.set()
    await turns.handle(world.desk, received.message_id)
    await world.passes(seconds=5)
    asked = [(call["message_id"], call["text"]) for call in world.engine.calls("turn")]
    assert asked == [(received.message_id, f"{OUTBURST}\n{MORE}")] * 2 + [(received.message_id + 1, STORY)]
    assert world.post.arrived == [f"听到:{OUTBURST}\n{MORE}", f"听到:{STORY}"]


async def test_whatever_job_of_a_turn_comes_first_runs_it_and_the_others_do_nothing(world: World) -> None:
    first = await world.says(OUTBURST)
    received = await world.says(MORE)
    world.later(seconds=1)
    for message_id in (first.message_id, received.message_id, first.message_id):
        await turns.handle(world.desk, message_id)
    await world.work()
    assert world.post.arrived == [f"听到:{OUTBURST}\n{MORE}"]


async def test_messages_whose_jobs_were_lost_are_found_again_and_answered_once(world: World) -> None:
    await world.says(OUTBURST)
    await world.says(STORY)
    await world.forget_jobs()
    world.later(minutes=1)
    assert await world.do(lambda session: watchdog.revive(session, before=world.now)) == 1
    await world.work()
    assert world.post.arrived == [f"听到:{OUTBURST}\n{STORY}"]


async def test_who_is_being_listened_to_is_not_taken_for_forgotten(world: World) -> None:
    await world.says(OUTBURST)
    world.later(seconds=1)
    assert await world.do(lambda session: watchdog.revive(session, before=world.now)) == 0


async def test_the_answer_follows_the_larger_part_of_what_was_said(world: World) -> None:
    world.engine.hear = lambda text: heard(language=Writing(text).language)
    received = await say_all(world, "the fridge is broken,", "冰箱壞了三天，還沒有人來修。")
    assert (await world.conversation(received.conversation_id)).language == Language.ZH_HANT
    assert [one.language for one in await customers(world, received.conversation_id)] == ["en", "zh-Hant"]


async def test_who_was_asked_something_is_answered_sooner(world: World) -> None:
    world.engine.replies = lambda text: [reply("什么时候的事？", "listen")]
    await say_all(world, MORE)
    await say_all(world, "上周三", pause=2)
    assert len(world.post.arrived) == 2


async def test_a_desk_that_listens_to_nobody_hears_nothing_twice(world: World) -> None:
    world.desk.policy = policies.at_once()
    await world.writes(OUTBURST)
    await world.says(STORY)
    assert world.post.arrived == [f"听到:{OUTBURST}", f"听到:{STORY}"]
    assert world.engine.calls("parse") == []


async def test_the_queue_comes_back_when_it_is_time(world: World) -> None:
    world.desk.now = utc_now
    world.desk.policy = policies.listening(unfinished="1s", longest="1s")
    workers = Workers(world.desk)
    await workers.start()
    try:
        for text in (OUTBURST, STORY, "还有，"):
            await world.writes(text)
        await eventually(lambda: bool(world.post.arrived))
        assert world.post.arrived == [f"听到:{OUTBURST}\n{STORY}\n还有，"]
    finally:
        await workers.stop()
