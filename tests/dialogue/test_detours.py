"""At any point: a robot? a person, the status, a question, a withdrawal; and the visit afterwards."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from actions import resources
from ledger.models import Case, Conversation, Message, Staff
from ledger.services import cases
from ledger.vocabulary import Author, CaseStatus, Holding
from tests.assistant import Assistant, Customer

Make = Callable[..., Customer]

WORDS = {
    "zh-Hans": {
        "leak": "你们装的空调一直漏水,把客厅地板都泡坏了",
        "robot": "你是机器人吗?",
        "human": "转人工",
        "status": "我的投诉进度怎么样了",
        "cancel": "我要撤回投诉",
        "yes": "是的",
    },
    "zh-Hant": {
        "leak": "你們裝的冷氣一直漏水,把客廳地板都泡壞了",
        "robot": "你是機器人嗎?",
        "human": "轉真人客服",
        "status": "我的客訴處理進度如何",
        "cancel": "我要撤回客訴",
        "yes": "是的",
    },
    "en": {
        "leak": "The air conditioner you installed leaks all day and ruined my floor",
        "robot": "Are you a robot?",
        "human": "I want to talk to a person",
        "status": "What is the status of my complaint?",
        "cancel": "I want to withdraw my complaint",
        "yes": "yes",
    },
}
LANGUAGES = pytest.mark.parametrize("language", WORDS)


async def case_of(assistant: Assistant, customer: Customer) -> Case:
    async with assistant.database.transaction() as session:
        found = await session.scalars(select(Case).where(Case.conversations.any(id=customer.conversation)))
        return found.one()


@LANGUAGES
async def test_a_robot_owns_up_and_comes_back_to_the_question(customer: Make, language: str) -> None:
    someone = customer(language)
    await someone.say(WORDS[language]["leak"])
    await someone.say(WORDS[language]["robot"])
    assert someone.scripts[0].startswith("utter_respond_robot_")
    assert someone.scripts[-1] == "utter_listen_remedy"


@LANGUAGES
async def test_a_person_is_fetched_while_the_assistant_goes_on(
    assistant: Assistant, customer: Make, language: str
) -> None:
    someone = customer(language)
    await someone.say(WORDS[language]["human"])
    assert someone.scripts[0].startswith("utter_respond_human_")
    async with assistant.database.transaction() as session:
        conversation = await session.get_one(Conversation, someone.conversation)
    assert conversation.holding is Holding.WAITING
    await someone.say(WORDS[language]["leak"])
    assert someone.scripts[-1] == "utter_listen_remedy"


@LANGUAGES
async def test_the_status_is_told_to_who_filed_it(
    assistant: Assistant, customer: Make, language: str
) -> None:
    someone = customer(language)
    await someone.say(WORDS[language]["leak"])
    text = await someone.say(WORDS[language]["status"])
    assert someone.scripts[0] == "utter_feedback_status_open"
    assert (await case_of(assistant, someone)).number in text


@pytest.mark.parametrize(
    ("language", "question"),
    [
        ("zh-Hans", "谁负责?什么时候给我答复"),
        ("zh-Hant", "誰負責?什麼時候回覆我"),
        ("en", "Who has it and when do I hear?"),
    ],
)
async def test_who_has_it_and_by_when_is_what_the_ledger_holds(
    assistant: Assistant, customer: Make, language: str, question: str
) -> None:
    someone = customer(language)
    await someone.say(question)
    assert someone.scripts[0] in ("utter_respond_about_times", "utter_respond_about_owner")
    await someone.say(WORDS[language]["leak"])
    text = await someone.say(question)
    assert someone.scripts[0] == "utter_feedback_status_open"
    assert (await case_of(assistant, someone)).number in text


@pytest.mark.parametrize(
    ("language", "question"),
    [
        ("zh-Hans", "你们到底什么时候给我答复"),
        ("zh-Hant", "什麼時候有人會打給我？"),
        ("en", "How long until I get an answer?!"),
    ],
)
async def test_whoever_asks_when_in_anger_is_told_when(customer: Make, language: str, question: str) -> None:
    someone = customer(language)
    await someone.say(WORDS[language]["leak"])
    await someone.say(question)
    assert "utter_feedback_status_open" in someone.scripts


@pytest.mark.parametrize(
    ("language", "question"),
    [
        ("zh-Hans", "你是不是机器人?别拿机器人糊弄我"),
        ("zh-Hant", "你是真人嗎？不要叫機器人應付我"),
        ("en", "Are you a bot? I don't want a bot"),
    ],
)
async def test_whoever_asks_whether_it_is_a_robot_is_told_however_they_ask(
    customer: Make, language: str, question: str
) -> None:
    someone = customer(language)
    await someone.say(WORDS[language]["leak"])
    await someone.say(question)
    assert someone.scripts[0].startswith("utter_respond_robot_")


async def test_who_wrote_just_now_is_told_by_name(assistant: Assistant, customer: Make) -> None:
    someone = customer()
    await someone.say(WORDS["zh-Hans"]["leak"])
    await someone.say("刚才谁跟我说的话")
    assert someone.scripts[0].startswith("utter_respond_robot_")
    now = datetime.now(UTC)
    async with assistant.database.transaction() as session:
        agent = Staff(username="fang", name="王芳", role="agent", password_hash="-", created_at=now)
        session.add(agent)
        await session.flush()
        session.add(
            Message(
                conversation_id=someone.conversation,
                author=Author.AGENT,
                staff_id=agent.id,
                text="我来看看",
                at=now,
            )
        )
    text = await someone.say("刚才谁跟我说的话")
    assert someone.scripts[0] == "utter_respond_colleague"
    assert "王芳" in text


async def test_a_number_alone_opens_nothing_and_with_its_code_everything(
    assistant: Assistant, customer: Make
) -> None:
    filer, other = customer(), customer()
    await filer.say(WORDS["zh-Hans"]["leak"])
    case = await case_of(assistant, filer)
    await other.say(f"{case.number} 现在什么进度")
    assert other.scripts == ["utter_feedback_which_code"]
    await other.say("AAAAAA")
    assert other.scripts == ["utter_feedback_not_found"]
    await other.say(case.pass_code)
    assert other.scripts == ["utter_feedback_status_open"]


@LANGUAGES
async def test_withdrawing_is_asked_once_and_done(
    assistant: Assistant, customer: Make, language: str
) -> None:
    someone = customer(language)
    await someone.say(WORDS[language]["leak"])
    await someone.say(WORDS[language]["cancel"])
    assert someone.scripts == ["utter_listen_cancel"]
    assert len(someone.replies[0]["buttons"]) == 2
    await someone.say(WORDS[language]["yes"])
    assert someone.scripts == ["utter_respond_withdrawn"]
    assert (await case_of(assistant, someone)).status is CaseStatus.WITHDRAWN


@pytest.mark.parametrize("button", [0, 1])
async def test_buttons_say_what_their_words_say(assistant: Assistant, customer: Make, button: int) -> None:
    someone = customer()
    await someone.say(WORDS["zh-Hans"]["leak"])
    await someone.say(WORDS["zh-Hans"]["cancel"])
    await someone.say(someone.replies[0]["buttons"][button]["payload"])
    expected = (["utter_respond_withdrawn"], ["utter_respond_kept"])
    assert someone.scripts == expected[button]


async def test_what_nobody_understands_ends_with_a_person_never_twice_with_the_same(customer: Make) -> None:
    someone = customer()
    await someone.say("??")
    assert someone.scripts == ["utter_listen_meaning"]
    await someone.say("....")
    assert someone.scripts == ["utter_listen_offer_human"]
    await someone.say(someone.replies[0]["buttons"][0]["payload"])
    assert someone.scripts[0].startswith("utter_respond_human_")


async def test_a_nudge_is_gentle_and_the_second_silence_files_what_is_known(customer: Make) -> None:
    someone = customer()
    await someone.say(WORDS["zh-Hans"]["leak"])
    await someone.told("EXTERNAL_nudge", key="1")
    assert someone.scripts == ["utter_listen_nudge"]
    await someone.told("EXTERNAL_nudge", key="2")
    assert someone.scripts == ["utter_respond_filed", "utter_respond_confirm"]


async def resolved(assistant: Assistant, customer: Customer) -> Case:
    case, now = await case_of(assistant, customer), datetime.now(UTC)
    async with assistant.database.transaction() as session:
        agent = Staff(
            username=f"agent-{case.id}", name="王芳", role="agent", password_hash="-", created_at=now
        )
        session.add(agent)
        await session.flush()
        await cases.resolve(
            session,
            number=case.number,
            remedy="换新机",
            outcome="周三上门换新机",
            root_cause="压缩机",
            staff=agent,
            policy=resources.policy(),
            now=now,
        )
    return case


@pytest.mark.parametrize(
    ("language", "answer"), [("zh-Hans", "2"), ("zh-Hans", "还在漏水"), ("zh-Hant", "1"), ("en", "2")]
)
async def test_an_unhappy_revisit_reopens_the_case_and_says_so(
    assistant: Assistant, customer: Make, language: str, answer: str
) -> None:
    someone = customer(language)
    await someone.say(WORDS[language]["leak"])
    case = await resolved(assistant, someone)
    await someone.told("EXTERNAL_revisit", number=case.number, what=case.category)
    assert someone.scripts == ["utter_revisit_how_is_it", "utter_revisit_rating"]
    assert len(someone.replies[-1]["buttons"]) == 5
    text = await someone.say(answer)
    assert someone.scripts == ["utter_revisit_reopened"]
    assert case.number in text
    assert (await case_of(assistant, someone)).status is CaseStatus.OPEN


@pytest.mark.parametrize(
    "kind_words", ["我妈能自己吃饭了，谢谢你们来得快", "阿姨能自己吃饭了。你们来得快，说到做到"]
)
async def test_kind_words_at_a_revisit_never_reopen_and_the_number_is_asked_for(
    assistant: Assistant, customer: Make, kind_words: str
) -> None:
    someone = customer()
    await someone.say(WORDS["zh-Hans"]["leak"])
    case = await resolved(assistant, someone)
    await someone.told("EXTERNAL_revisit", number=case.number, what=case.category)
    await someone.say(kind_words)
    assert someone.scripts == ["utter_revisit_rating"]
    await someone.say("5")
    assert someone.scripts == ["utter_revisit_thanks"]
    assert (await case_of(assistant, someone)).rating == 5


async def test_a_happy_revisit_is_thanked_and_an_opinion_kept(assistant: Assistant, customer: Make) -> None:
    someone = customer()
    await someone.say(WORDS["zh-Hans"]["leak"])
    case = await resolved(assistant, someone)
    await someone.told("EXTERNAL_revisit", number=case.number, what=case.category)
    await someone.say("5")
    assert someone.scripts == ["utter_revisit_thanks"]
    await someone.say("师傅很细心,就是来得晚了点")
    assert someone.scripts == ["utter_revisit_opinion_noted"]
    assert "很细心" in ((await case_of(assistant, someone)).opinion or "")
