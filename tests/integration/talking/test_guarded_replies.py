"""Nothing forbidden is said (playbook A6): the assistant's is held back, staff's is seen (docs/guard.md)."""

from dataclasses import replace
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from bot import turns
from bot.guarded import INSTEAD, Guarded
from ledger.heard import Heard
from ledger.models import Conversation
from ledger.policy import Answers
from ledger.services import cases
from ledger.services.messages import Received, Reply
from ledger.vocabulary import Language

from .stand_ins import complaint, reply
from .world import World

FORBIDDEN = "我们一定赔偿您。"


async def filed(world: World) -> tuple[Received, str]:
    """A complaint, and its case's number."""
    received = await world.says("冰箱修了三次还是坏的")
    hearing = await world.do(
        lambda session: cases.hear(
            session,
            message_id=received.message_id,
            heard=Heard.from_parse(complaint()),
            policy=world.desk.policy,
            now=world.now,
        )
    )
    return received, hearing.number


async def test_a_reply_that_breaks_a_rule_is_not_said_and_the_customer_is_answered_all_the_same(
    world: World,
) -> None:
    world.engine.replies = lambda text: [reply(FORBIDDEN, script="utter_wrong"), reply("您说，我在记。")]

    received = await world.says("冰箱坏了")

    said = [(row.text, row.script) for row in await world.transcript(received.conversation_id)][1:]
    safe = world.desk.scripts.say(INSTEAD, Language.ZH_HANS)
    assert said == [(safe, INSTEAD), ("您说，我在记。", "utter_chat_hello")]
    [entry] = await world.entries("guard.held_back")
    assert entry.after is not None
    assert entry.after["script"] == "utter_wrong"
    assert entry.after["findings"] == [{"rule": "promise", "excerpt": "一定赔"}]


async def test_what_the_organisation_wrote_is_its_own_word_and_the_assistants_is_read_beside_it(
    world: World,
) -> None:
    written = dict.fromkeys(Language, "凭订单号，七天内一定全额退款给您。")
    policy = world.desk.policy.model_copy(update={"answers": Answers(refund=written)})
    told = f"{written[Language.ZH_HANS]}单号在手边的话一起发来。"
    received = await world.says("退款怎么办")

    async def guarded(session: AsyncSession) -> Guarded:
        conversation = await session.get_one(Conversation, received.conversation_id)
        replies = [Reply(told, script="utter_told"), Reply(f"{told}{FORBIDDEN}")]
        return await Guarded.read(replace(world.desk, policy=policy), session, conversation, replies)

    read = await world.do(guarded)
    assert [each.script for each in read.replies] == ["utter_told", INSTEAD]
    assert len(read.held_back) == 1


async def test_of_two_replies_that_break_rules_the_safe_sentence_is_said_once(world: World) -> None:
    world.engine.replies = lambda text: [reply(FORBIDDEN), reply("这是您操作不当造成的。")]

    received = await world.says("冰箱坏了")

    said = [row.script for row in await world.transcript(received.conversation_id)][1:]
    assert said == [INSTEAD]
    assert len(await world.entries("guard.held_back")) == 2


async def test_a_reply_that_was_held_back_enters_no_stage(world: World) -> None:
    world.engine.replies = lambda text: [reply(FORBIDDEN, stage="respond")]

    received = await world.says("冰箱坏了")

    assert [row.stage for row in await world.transcript(received.conversation_id)] == [None, None]


async def test_the_customers_own_words_may_be_said_back(world: World) -> None:
    world.engine.replies = lambda text: [reply("按规定不能退，这句话您听了三遍。")]

    received = await world.says("你们就一句按规定不能退，我听了三遍")

    assert (await world.transcript(received.conversation_id))[-1].script == "utter_chat_hello"
    assert await world.entries("guard.held_back") == []


async def test_the_customers_own_words_may_be_said_back_turned_to_them(world: World) -> None:
    world.engine.replies = lambda text: [reply("是您自己弄坏的，您这么跟店员说了。")]

    received = await world.says("我跟店员说了，是我自己弄坏的")

    assert (await world.transcript(received.conversation_id))[-1].script == "utter_chat_hello"


async def test_what_staff_have_the_assistant_tell_is_their_word(world: World) -> None:
    received = await world.says("你好")
    world.engine.replies = lambda text: [reply("我们会赔偿您 300 元。")]

    await turns.speak(
        world.desk,
        conversation_id=received.conversation_id,
        intent="EXTERNAL_resolved",
        entities={},
        key="1",
    )

    assert (await world.transcript(received.conversation_id))[-1].text == "我们会赔偿您 300 元。"


async def test_what_an_agent_sends_in_spite_of_the_guard_is_sent_and_recorded(world: World) -> None:
    fang = await world.agent("fang", name="王芳")
    received = await world.says("冰箱坏了")
    await world.takes(fang, received)

    sent = await world.answers(fang, received, "请您冷静一下，我的电话是 13800138000，我们一定赔偿您。")

    [entry] = await world.entries("guard.overridden")
    assert entry.actor == "fang"
    assert entry.after is not None
    assert entry.after["message"] == sent.id
    assert [one["rule"] for one in entry.after["findings"]] == ["order_about_feelings", "promise"]


async def test_a_good_sentence_leaves_no_trace(world: World) -> None:
    fang = await world.agent("fang")
    received = await world.says("冰箱坏了")
    await world.takes(fang, received)

    await world.answers(fang, received, "您要的是退款，我写在第一行了。")

    assert await world.entries("guard.overridden") == []


async def test_an_agent_may_promise_the_call_that_their_clock_holds(world: World) -> None:
    fang = await world.agent("fang", name="王芳")
    received, number = await filed(world)
    await world.takes(fang, received)
    await world.do(
        lambda session: cases.promise_call(
            session,
            number=number,
            note="回电话",
            due_at=world.now + timedelta(hours=3),
            staff=fang,
            policy=world.desk.policy,
            now=world.now,
        )
    )

    await world.answers(fang, received, "我保证 15:00 前给您回电话。")
    assert await world.entries("guard.overridden") == []

    await world.answers(fang, received, "我保证 13:00 前给您回电话。")
    assert len(await world.entries("guard.overridden")) == 1
