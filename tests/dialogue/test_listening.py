"""How the desk listens (voice.md): their words, the particular feeling, one step, nothing asked twice."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from ledger.models import Case, Conversation
from ledger.vocabulary import Holding
from tests.assistant import Assistant, Customer

Make = Callable[..., Customer]

GATHERED = {
    "zh-Hans": (
        "你们这破冰箱!!!\n第三次了\n修的人来了又走 说配件没有",
        "第三次了，修的人来了又走，说配件没有。",
    ),
    "zh-Hant": (
        "你們這破冰箱!!!\n第三次了\n修的人來了又走 說沒有零件",
        "第三次了，修的人來了又走，說沒有零件。",
    ),
    "en": (
        "Your fridge again!!!\nThird repair in a month\nThe man came and left, he said no parts",
        "Third repair in a month",
    ),
}
LEAK = {
    "zh-Hans": "上周三买的洗衣机,用了两天就漏水,地板全泡了",
    "zh-Hant": "上禮拜三買的洗衣機,用了兩天就漏水,地板全泡壞了",
    "en": "I bought the washing machine last Wednesday and it leaked all over my floor",
}
CORRECTION = {"zh-Hans": "不对,是上周二", "zh-Hant": "不對,是上禮拜二", "en": "no, it was Tuesday"}
PAUSE = {
    "zh-Hans": "等一下,我找发票",
    "zh-Hant": "等一下,我找發票",
    "en": "hang on, let me find the receipt",
}
DOUBT = {"zh-Hans": "你们每次都这么说", "zh-Hant": "你們每次都這樣講", "en": "you people always say that"}
WISH = {"zh-Hans": "我要退款", "zh-Hant": "我要退款", "en": "I want a refund"}
RAGE = {
    "zh-Hans": ("气死我了!!!退货退了一个月没动静", "你们是死人吗!!!", "给我个说法!!!", "你们太过分了!!!"),
    "zh-Hant": ("氣死我了!!!退貨退了一個月沒消息", "你們是死人嗎!!!", "給我一個說法!!!", "太誇張了你們!!!"),
    "en": (
        "FIVE WEEKS and nobody answers the phone!!!",
        "You are all useless idiots!!!",
        "I am so done with you people!!!",
        "This is a disgrace!!!",
    ),
}
LANGUAGES = pytest.mark.parametrize("language", GATHERED)


def questions(text: str) -> int:
    return len(re.findall("[?\uff1f]", text))


@LANGUAGES
async def test_three_messages_at_once_are_said_back_in_their_words(customer: Make, language: str) -> None:
    said, back = GATHERED[language]
    someone = customer(language)
    text = await someone.say(said)
    assert back in someone.replies[0]["text"]
    assert someone.replies[0]["stage"] == "acknowledge"
    assert questions(text) <= 1


@LANGUAGES
async def test_a_correction_is_said_back_and_the_open_question_stays(customer: Make, language: str) -> None:
    someone = customer(language)
    await someone.say(LEAK[language])
    asked = someone.scripts[-1]
    await someone.say(CORRECTION[language])
    assert someone.scripts[0].startswith("utter_respond_corrected")
    assert someone.scripts[-1] == asked
    right = {"zh-Hans": "上周二", "zh-Hant": "上禮拜二", "en": "Tuesday"}[language]
    assert right in someone.replies[0]["text"]


async def test_what_was_corrected_is_not_said_back_wrong(customer: Make) -> None:
    someone = customer()
    await someone.say(LEAK["zh-Hans"])
    await someone.say(CORRECTION["zh-Hans"])
    await someone.say("要退款")
    text = await someone.say("不留")
    assert someone.scripts[-1] == "utter_respond_confirm"
    assert "不对" not in text


@LANGUAGES
async def test_a_pause_is_granted_and_nothing_is_asked(customer: Make, language: str) -> None:
    someone = customer(language)
    await someone.say(LEAK[language])
    text = await someone.say(PAUSE[language])
    assert someone.scripts == ["utter_listen_pause"]
    assert questions(text) == 0
    await someone.say(WISH[language])
    assert someone.scripts[-1] == "utter_listen_contact"


@LANGUAGES
async def test_each_doubt_has_an_answer_of_its_own(customer: Make, language: str) -> None:
    someone = customer(language)
    await someone.say(LEAK[language])
    answers = []
    for _ in range(3):
        await someone.say(DOUBT[language])
        assert someone.scripts[0].endswith(("_doubted", "_disbelief"))
        answers.append(someone.replies[0]["text"])
    assert len(set(answers)) == 3


async def test_how_often_it_happened_is_put_right_like_anything_else(customer: Make) -> None:
    someone = customer()
    await someone.say("你们的冰箱修了三次还没好")
    text = await someone.say("不对 是修了四次")
    assert someone.scripts[0] == "utter_respond_corrected"
    assert "四次" in text


async def test_a_question_that_is_doubted_is_not_asked_again_in_the_same_breath(customer: Make) -> None:
    someone = customer("zh-Hant")
    for line in ("你們賣的冷氣漏水", "修好就好", "留電話又是要推銷吧"):
        await someone.say(line)
    assert someone.scripts == ["utter_listen_contact_doubted"]


@LANGUAGES
async def test_a_question_is_not_asked_for_ever(customer: Make, language: str) -> None:
    someone = customer(language)
    await someone.say(LEAK[language])
    asked = [someone.scripts[-1]]
    for _ in range(5):
        await someone.say(DOUBT[language])
        asked += someone.scripts[1:]
    assert asked.count("utter_listen_remedy") <= 3


@LANGUAGES
async def test_anger_that_does_not_fall_is_offered_a_person_instead_of_a_question(
    customer: Make, language: str
) -> None:
    someone = customer(language)
    for line in RAGE[language][:2]:
        await someone.say(line)
        assert "utter_listen_person" not in someone.scripts
    offered: list[str] = []
    for line in RAGE[language][2:]:
        text = await someone.say(line)
        offered += someone.scripts
        assert someone.scripts[0].startswith("utter_acknowledge_")
        assert questions(text) <= 1
    assert offered.count("utter_listen_person") == 1


async def test_the_offer_of_a_person_is_taken_with_a_yes(assistant: Assistant, customer: Make) -> None:
    someone = customer()
    for line in RAGE["zh-Hans"]:
        await someone.say(line)
        if someone.scripts[-1] == "utter_listen_person":
            break
    await someone.say(someone.replies[-1]["buttons"][0]["payload"])
    async with assistant.database.transaction() as session:
        conversation = await session.get_one(Conversation, someone.conversation)
    assert conversation.holding is Holding.WAITING


INSULTS = {
    "zh-Hans": ("你们这群骗子,垃圾公司", "骗|垃圾"),
    "zh-Hant": ("你們這群騙子,爛公司", "騙|爛"),
    "en": ("You useless idiots, what a pathetic company", "idiot|useless|pathetic"),
}


@LANGUAGES
async def test_an_insult_is_not_mirrored_and_answered_in_few_words(customer: Make, language: str) -> None:
    someone = customer(language)
    await someone.say(LEAK[language])
    said, word = INSULTS[language]
    text = await someone.say(said)
    assert not re.search(word, text, re.IGNORECASE)
    assert someone.scripts[0] in ("utter_acknowledge_insulted", "utter_acknowledge_briefly")


async def test_what_was_told_already_is_owned_with_the_thing_itself(customer: Make) -> None:
    someone = customer()
    await someone.say(LEAK["zh-Hans"])
    asked = someone.scripts[-1]
    text = await someone.say("我说过了啊")
    assert someone.scripts[0] == "utter_acknowledge_repeat_said"
    assert "漏水" in text
    assert asked not in someone.scripts


@LANGUAGES
async def test_what_is_said_back_is_what_is_new(customer: Make, language: str) -> None:
    more = {
        "zh-Hans": "我请了三天假在家等",
        "zh-Hant": "我請了三天假在家等",
        "en": "I waited at home for three days",
    }
    back = {"zh-Hans": "您请了三天假", "zh-Hant": "您請了三天假", "en": "You waited at home for three days"}
    someone = customer(language)
    await someone.say(LEAK[language])
    text = await someone.say(more[language])
    assert back[language] in text
    assert not re.search("漏水|leaked", text)


async def test_the_answer_follows_the_language_of_the_latest_words(customer: Make) -> None:
    someone = customer()
    await someone.say(LEAK["zh-Hans"])
    english = await someone.say("Sorry, can we do this in English please? I waited at home for three days")
    assert re.search(r"\bYou waited\b", english)
    assert not re.search("[㐀-鿿]", english)
    traditional = await someone.say("算了，還是講中文，我要退款")
    assert re.search("[這還讓寫話個電]", traditional)
    number = await someone.say("13800001111")
    assert "QT-" in number
    assert re.search("[這編號聯絡處]", number)


async def test_mixed_words_are_answered_in_the_language_of_most_of_them(customer: Make) -> None:
    someone = customer("en")
    text = await someone.say("你们的 delivery 太离谱了,我的 package 晚了三天还没到")
    assert re.search("[㐀-鿿]", text)


async def test_two_meanings_are_offered_as_buttons_that_say_what_they_say(customer: Make) -> None:
    someone = customer()
    text = await someone.say("你那个啥")
    assert someone.scripts == ["utter_listen_meaning"]
    titles = [button["title"] for button in someone.replies[0]["buttons"]]
    assert len(set(titles)) == 2
    assert "没听懂" not in text
    await someone.say(someone.replies[0]["buttons"][0]["payload"])
    assert someone.scripts[-1] != "utter_listen_meaning"


async def test_a_second_grievance_is_asked_about_once(assistant: Assistant, customer: Make) -> None:
    someone = customer()
    await someone.say("洗衣机用了两天就漏水，地板全泡了；而且你们客服在电话里一直骂人，还挂了我三次电话")
    further: list[Any] = someone.heard.get("further") or []
    scripts = list(someone.scripts)
    for line in ("要退款", "不留"):
        await someone.say(line)
        scripts += someone.scripts
    assert scripts.count("utter_listen_further") == (1 if further else 0)
    async with assistant.database.transaction() as session:
        found = await session.scalars(select(Case).where(Case.conversations.any(id=someone.conversation)))
        assert [str(code) for code in found.one().further_categories][: len(further)] == further
