"""A complaint from the first word to our word, in three scripts, with the real engine and ledger."""

from collections.abc import Callable
from itertools import pairwise

import pytest
from sqlalchemy import select

from ledger.models import Case, Clock
from ledger.vocabulary import ClockKind
from tests.assistant import Assistant, Customer

Make = Callable[..., Customer]

THREATS = {
    "zh-Hans": "你们的冰箱修了三次都没修好,再不解决我就找记者曝光,去315投诉你们!",
    "zh-Hant": "你們的冰箱修了三次都沒修好,再不解決我就找記者爆料,去消保官那邊申訴你們!",
    "en": (
        "Your fridge was repaired three times and is still broken. Fix it or I'll go to the newspapers and "
        "complain to the consumer protection agency!"
    ),
}
NAMED = {
    "zh-Hans": ("找媒体", "向监管部门反映", "总部"),
    "zh-Hant": ("找媒體", "向主管機關申訴", "總公司"),
    "en": ("the press and the regulator", "headquarters"),
}
INJURIES = {
    "zh-Hans": "我妈昨天在你们店里滑倒,手腕骨折了",
    "zh-Hant": "我媽昨天在你們店裡滑倒,手腕骨折了",
    "en": "My mother slipped on your wet floor yesterday and broke her wrist.",
}


async def case_of(assistant: Assistant, customer: Customer) -> Case:
    async with assistant.database.transaction() as session:
        found = await session.scalars(select(Case).where(Case.conversations.any(id=customer.conversation)))
        return found.one()


def in_its_script(text: str, language: str) -> bool:
    only = {"zh-Hans": "这记说", "zh-Hant": "這記說", "en": "the"}
    return any(mark in text for mark in only[language])


@pytest.mark.parametrize("language", THREATS)
async def test_a_threat_of_press_and_regulator_is_acknowledged_first_and_flagged(
    assistant: Assistant, customer: Make, language: str
) -> None:
    someone = customer(language)
    text = await someone.say(THREATS[language])
    case = await case_of(assistant, someone)
    assert [reply["stage"] for reply in someone.replies] == ["acknowledge", "listen"]
    assert all(named in someone.replies[0]["text"] for named in NAMED[language])
    assert in_its_script(text, language)
    assert case.special


@pytest.mark.parametrize("language", THREATS)
async def test_the_headquarters_clock_runs_thirty_minutes(
    assistant: Assistant, customer: Make, language: str
) -> None:
    someone = customer(language)
    await someone.say(THREATS[language])
    case = await case_of(assistant, someone)
    async with assistant.database.transaction() as session:
        of_it = select(Clock).where(Clock.case_id == case.id, Clock.kind == ClockKind.HEADQUARTERS)
        clock = (await session.scalars(of_it)).one()
    assert (clock.due_at - clock.started_at).total_seconds() == 30 * 60


@pytest.mark.parametrize(
    ("language", "lines"),
    [
        ("zh-Hans", ["你们装的空调一直漏水,把客厅地板都泡坏了", "要求赔偿", "13800001111"]),
        ("zh-Hant", ["你們裝的冷氣一直漏水,把客廳地板都泡壞了", "要求賠償", "0912-345-678"]),
        (
            "en",
            [
                "The air conditioner you installed leaks all day and ruined my floor",
                "I want compensation",
                "no thanks",
            ],
        ),
    ],
)
async def test_one_question_a_turn_until_our_word_is_given(
    assistant: Assistant, customer: Make, language: str, lines: list[str]
) -> None:
    someone = customer(language)
    asked = []
    for line in lines:
        await someone.say(line)
        asked.append(someone.scripts[-1])
    case = await case_of(assistant, someone)
    assert asked == ["utter_listen_remedy", "utter_listen_contact", "utter_respond_confirm"]
    assert case.number in someone.text
    assert case.pass_code in someone.text
    assert case.remedies == ["compensation"]


async def test_three_short_furious_messages_are_all_read(assistant: Assistant, customer: Make) -> None:
    someone = customer()
    for line in ("你们这破冰箱!!!", "第三次了", "修的人来了又走 说配件没有"):
        await someone.say(line)
        assert someone.replies
    case = await case_of(assistant, someone)
    assert all(line in case.narrative for line in ("破冰箱", "第三次了", "配件没有"))


async def test_a_later_word_about_money_does_not_change_what_the_case_is_about(customer: Make) -> None:
    someone = customer()
    await someone.say("你们的冰箱修了三次都没修好")
    await someone.say("给我退钱!!!")
    assert "utter_acknowledge_fee_dispute" not in someone.scripts
    assert someone.scripts[0] == "utter_acknowledge_demand"
    assert "退款" in someone.text


@pytest.mark.parametrize(
    ("language", "said", "named"),
    [
        ("zh-Hans", "我要求退费", "退款"),
        ("zh-Hant", "我要求退費", "退款"),
        ("en", "I demand a refund", "a refund"),
    ],
)
async def test_a_plain_demand_is_named(customer: Make, language: str, said: str, named: str) -> None:
    someone = customer(language)
    text = await someone.say(said)
    assert someone.scripts[0] == "utter_acknowledge_demand"
    assert named in text


async def test_every_furious_message_is_answered_before_the_next_question(customer: Make) -> None:
    someone = customer()
    for line in ("气死我了!!!", "我真的受够了!!!", "你们太过分了!!!"):
        await someone.say(line)
        assert someone.heard["emotion"] >= 2
        assert someone.scripts[0].startswith("utter_acknowledge_")


async def test_a_whole_message_is_confirmed_at_once(customer: Make) -> None:
    someone = customer()
    await someone.say("你们装的空调一直漏水,把客厅地板都泡坏了,要求赔偿,我电话13800001111")
    assert someone.scripts[-2:] == ["utter_respond_contact_taken", "utter_respond_confirm"]


@pytest.mark.parametrize("language", INJURIES)
async def test_a_hurt_person_is_asked_after_before_all_else(customer: Make, language: str) -> None:
    someone = customer(language)
    text = await someone.say(INJURIES[language])
    assert someone.scripts == ["utter_acknowledge_injury"]
    assert ("119" if language == "zh-Hant" else "120") in text


async def test_despair_is_met_with_a_help_line_and_a_person_and_no_case_talk(customer: Make) -> None:
    someone = customer()
    text = await someone.say("我不想活了")
    assert someone.scripts == ["utter_acknowledge_stay"]
    assert "12356" in text
    await someone.say("没人管我")
    assert someone.scripts == ["utter_acknowledge_beside"]


@pytest.mark.parametrize(
    "introduction", ["我是新京报记者,想了解一下你们产品召回的事", "我是南方都市报的记者,想采访你们负责人"]
)
async def test_a_journalist_hears_the_holding_statement_and_nothing_else(
    customer: Make, introduction: str
) -> None:
    someone = customer()
    heard = []
    for line in (introduction, "张三,新京报,13912345678", "记者证没带", "到底召不召回?"):
        await someone.say(line)
        heard.append(someone.scripts[-1])
    assert heard == [
        "utter_listen_outlet",
        "utter_listen_details",
        "utter_respond_press",
        "utter_respond_spokesperson",
    ]


async def test_a_journalist_may_ask_whether_this_is_a_robot(customer: Make) -> None:
    someone = customer()
    await someone.say("我是新京报记者,想了解一下你们产品召回的事")
    await someone.say("你是机器人吗?")
    assert someone.scripts[0].startswith("utter_respond_robot_")


async def test_a_crowd_may_send_five(customer: Make) -> None:
    someone = customer()
    text = await someone.say("我们小区两百多户业主明天一起去你们总部拉横幅维权")
    assert someone.scripts[0] == "utter_acknowledge_group"
    assert "五位" in text


async def test_more_is_added_to_the_case_that_is_open(assistant: Assistant, customer: Make) -> None:
    someone = customer()
    await someone.say("你们装的空调一直漏水,把客厅地板都泡坏了,要求赔偿,我电话13800001111")
    await someone.say("对了,墙也起皮了")
    assert someone.scripts[-1] == "utter_respond_added"
    assert "墙也起皮" in (await case_of(assistant, someone)).narrative


async def test_another_matter_opens_another_case(assistant: Assistant, customer: Make) -> None:
    someone = customer("en")
    await someone.say("The air conditioner leaks all day and ruined my floor, I want a refund: +14155552671")
    await someone.say("Another matter: your cashier charged me twice")
    async with assistant.database.transaction() as session:
        found = await session.scalars(select(Case).where(Case.conversations.any(id=someone.conversation)))
        assert len(found.all()) == 2


async def test_nobody_hears_the_same_sentence_twice_in_a_row(customer: Make) -> None:
    someone = customer()
    answers = [await someone.say("谢谢") for _ in range(4)]
    assert all(one != other for one, other in pairwise(answers))
