"""Questions about the desk: each topic in three scripts, what was open comes back, nothing is said twice."""

import json
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from actions import resources
from bot.nlu.choosing import sentences
from ledger.models import Case, Conversation
from ledger.services import cases
from ledger.vocabulary import Holding, Topic
from tests.assistant import Assistant, Customer

Make = Callable[..., Customer]
QUESTIONS = Path(__file__).resolve().parents[1] / "data" / "topics.jsonl"

COMPLAINTS = {
    "zh-Hans": "你们装的空调一直漏水,把客厅地板都泡坏了",
    "zh-Hant": "你們裝的冷氣一直漏水,把客廳地板都泡壞了",
    "en": "The air conditioner you installed leaks all day and ruined my floor",
}
ASKED = {
    "zh-Hans": {
        Topic.HOW: "投诉的流程是什么",
        Topic.PRIVACY: "我的电话会给别人看吗",
        Topic.ANONYMOUS: "可以匿名投诉吗",
        Topic.EVIDENCE: "照片怎么发给你们",
        Topic.COST: "投诉要收费吗",
        Topic.HOURS: "你们客服几点上班",
        Topic.LANGUAGES: "可以用英文投诉吗",
        Topic.REFUND: "退款的流程是怎样的",
        Topic.COMPENSATION: "赔偿标准是什么",
        Topic.WITHDRAW: "提交之后还能撤回吗",
        Topic.ESCALATE: "对处理结果不满意怎么办",
        Topic.PETITION: "信访的复查复核是怎么规定的",
    },
    "zh-Hant": {
        Topic.HOW: "客訴的流程是什麼",
        Topic.PRIVACY: "我的電話會給別人看嗎",
        Topic.ANONYMOUS: "可以匿名申訴嗎",
        Topic.EVIDENCE: "照片要怎麼傳給你們",
        Topic.COST: "客訴要收費嗎",
        Topic.HOURS: "你們客服幾點上班",
        Topic.LANGUAGES: "可以用英文客訴嗎",
        Topic.REFUND: "退款的流程是什麼",
        Topic.COMPENSATION: "賠償金額是怎麼決定的",
        Topic.WITHDRAW: "送出之後還可以撤回嗎",
        Topic.ESCALATE: "對處理結果不滿意怎麼辦",
        Topic.PETITION: "訴願要在多久之內提出",
    },
    "en": {
        Topic.HOW: "How does the complaint procedure work?",
        Topic.PRIVACY: "Will my phone number be shared with anyone?",
        Topic.ANONYMOUS: "Is it possible to stay anonymous?",
        Topic.EVIDENCE: "How do I send you photos?",
        Topic.COST: "Is there a fee for complaining?",
        Topic.HOURS: "What are your office hours?",
        Topic.LANGUAGES: "Which languages do you support?",
        Topic.REFUND: "How do refunds work here?",
        Topic.COMPENSATION: "How do you decide on compensation?",
        Topic.WITHDRAW: "Can I withdraw it later?",
        Topic.ESCALATE: "How do I escalate a complaint?",
        Topic.PETITION: "Can I take this to the ombudsman?",
    },
}
OF_NO_CASE = {
    "zh-Hans": {Topic.TIMES: "一般几天能有回音", Topic.OWNER: "这种事归谁管"},
    "zh-Hant": {Topic.TIMES: "大概幾天會有回音", Topic.OWNER: "這種事歸誰管"},
    "en": {
        Topic.TIMES: "How many days until someone answers?",
        Topic.OWNER: "Which department takes care of it?",
    },
}
UNKNOWN = {"zh-Hans": "洗衣机能用热水吗", "zh-Hant": "會員點數怎麼折抵", "en": "Do you sell gift cards?"}
ANGRY = {
    "zh-Hans": "气死我了!!!你们退款到底走什么流程?!",
    "zh-Hant": "氣死我了!!!你們退款到底要走什麼流程?!",
    "en": "I am FURIOUS!!! How do refunds even work here?!",
}
DOUBTS = {
    "zh-Hans": "谁信啊,你们每次都这么说",
    "zh-Hant": "誰信啊,你們每次都這樣講",
    "en": "I don't believe a word of it",
}
LANGUAGES = pytest.mark.parametrize("language", COMPLAINTS)


def repeated(said: list[str]) -> list[str]:
    counted = Counter(sentence for text in said for sentence in sentences(text))
    return [sentence for sentence, times in counted.items() if times > 1]


async def parsed(assistant: Assistant, text: str) -> dict[str, Any]:
    async with httpx.AsyncClient(base_url=assistant.url, timeout=30) as client:
        answer = await client.post("/model/parse", params={"token": assistant.token}, json={"text": text})
    parse: dict[str, Any] = answer.json()
    return parse


async def test_nine_of_ten_questions_are_known_by_what_they_are_about(assistant: Assistant) -> None:
    asked = [json.loads(line) for line in QUESTIONS.read_text(encoding="utf-8").splitlines()]
    right: dict[str, list[bool]] = {}
    for one in asked:
        topic = (await parsed(assistant, one["text"])).get("topic") or {}
        right.setdefault(one["language"], []).append(topic.get("name") == one["topic"])
    everything = [each for known in right.values() for each in known]
    assert len(everything) > 100
    assert sum(everything) / len(everything) >= 0.9
    assert min(sum(known) / len(known) for known in right.values()) >= 0.85


@LANGUAGES
async def test_each_topic_is_answered_and_the_open_question_comes_back(customer: Make, language: str) -> None:
    for topic, question in ASKED[language].items():
        someone = customer(language)
        await someone.say(COMPLAINTS[language])
        await someone.say(question)
        answered, asked = someone.scripts[-2:]
        assert answered.startswith(f"utter_respond_about_{topic}"), question
        assert asked == "utter_listen_remedy", question


@LANGUAGES
async def test_without_a_case_each_is_answered_too(customer: Make, language: str) -> None:
    someone, said = customer(language), []
    for topic, question in (OF_NO_CASE[language] | ASKED[language]).items():
        said.append(await someone.say(question))
        assert someone.scripts[-1].startswith(f"utter_respond_about_{topic}"), question
    assert repeated(said) == []


@LANGUAGES
async def test_asked_again_it_is_said_in_other_words(customer: Make, language: str) -> None:
    someone = customer(language)
    said = [await someone.say(COMPLAINTS[language])]
    for topic in (Topic.REFUND, Topic.COST, Topic.REFUND):
        said.append(await someone.say(ASKED[language][topic]))
    assert repeated(said) == []


@LANGUAGES
async def test_who_answers_on_money_and_by_when_is_what_the_ledger_holds(
    assistant: Assistant, customer: Make, language: str
) -> None:
    someone = customer(language)
    await someone.say(COMPLAINTS[language])
    for topic in (Topic.REFUND, Topic.COMPENSATION):
        text = await someone.say(ASKED[language][topic])
        async with assistant.database.transaction() as session:
            view = await cases.status(session, conversation_id=someone.conversation or 0)
        assert view is not None
        assert view.due_at is not None
        due = datetime.fromisoformat(view.due_at).astimezone(resources.policy().organisation.time_zone)
        assert f"{due:%H:%M}" in text


async def test_a_question_about_authorities_is_answered_and_the_ledger_hears_of_it(
    assistant: Assistant, customer: Make
) -> None:
    someone = customer("en")
    await someone.say(COMPLAINTS["en"])
    await someone.say("Can I take this to the ombudsman?")
    assert "utter_respond_about_petition" in someone.scripts
    async with assistant.database.transaction() as session:
        found = await session.scalars(select(Case).where(Case.conversations.any(id=someone.conversation)))
        assert found.one().special_reasons


@LANGUAGES
async def test_what_has_no_answer_goes_to_a_person_as_it_was_written(
    assistant: Assistant, customer: Make, language: str
) -> None:
    someone = customer(language)
    await someone.say(UNKNOWN[language])
    assert someone.scripts == ["utter_respond_about_general"]
    async with assistant.database.transaction() as session:
        conversation = await session.get_one(Conversation, someone.conversation)
    assert conversation.holding is Holding.WAITING


@LANGUAGES
async def test_the_anger_in_a_question_is_answered_first(customer: Make, language: str) -> None:
    someone = customer(language)
    await someone.say(ANGRY[language])
    assert someone.scripts[0].startswith("utter_acknowledge_")


@pytest.mark.parametrize(
    "grievance",
    [
        "你们退款要退到什么时候?!",
        "你們退款到底要退到什麼時候?!",
        "How long am I supposed to wait for my refund?!",
    ],
)
async def test_a_grievance_in_the_form_of_a_question_opens_a_case(
    assistant: Assistant, customer: Make, grievance: str
) -> None:
    someone = customer()
    await someone.say(grievance)
    assert someone.heard["kind"] == "complaint"
    async with assistant.database.transaction() as session:
        found = await session.scalars(select(Case).where(Case.conversations.any(id=someone.conversation)))
        assert len(found.all()) == 1


@LANGUAGES
async def test_a_doubt_about_an_answer_is_answered_with_its_own(customer: Make, language: str) -> None:
    someone = customer(language)
    await someone.say(ASKED[language][Topic.PRIVACY])
    await someone.say(DOUBTS[language])
    assert someone.scripts[-1] == "utter_respond_about_privacy_doubted"
