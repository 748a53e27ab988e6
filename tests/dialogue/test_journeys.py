"""The special moments, each in three scripts: danger, the hurt, the press, authorities, crowds, demands."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from ledger.models import Case, Clock, Conversation, Department, Fact, Form, Task
from ledger.vocabulary import ClockKind, Holding, Severity
from tests.assistant import Assistant, Customer

Make = Callable[..., Customer]
LANGUAGES = ("zh-Hans", "zh-Hant", "en")
CRISIS_LINE = {"zh-Hans": "12356", "zh-Hant": "1925", "en": "12356"}
HARD_NUMBERS = {"zh-Hans": "120", "zh-Hant": "119", "en": "120"}


async def case_of(assistant: Assistant, customer: Customer) -> Case:
    async with assistant.database.transaction() as session:
        found = await session.scalars(select(Case).where(Case.conversations.any(id=customer.conversation)))
        return found.one()


async def clocks_of(assistant: Assistant, case: Case, kind: ClockKind) -> list[Clock]:
    async with assistant.database.transaction() as session:
        found = await session.scalars(select(Clock).where(Clock.case_id == case.id, Clock.kind == kind))
        return list(found)


async def tasks_of(assistant: Assistant, case: Case) -> list[str]:
    async with assistant.database.transaction() as session:
        found = await session.scalars(select(Task.note).where(Task.case_id == case.id).order_by(Task.id))
        return list(found)


async def facts_of(assistant: Assistant, case: Case, kind: str) -> list[str]:
    """What stands now, as it was said."""
    async with assistant.database.transaction() as session:
        stands = select(Fact.said).where(Fact.case_id == case.id, Fact.replaced_by_id.is_(None))
        return list(await session.scalars(stands.where(Fact.kind == kind).order_by(Fact.id)))


async def holding_of(assistant: Assistant, customer: Customer) -> Holding:
    async with assistant.database.transaction() as session:
        return (await session.get_one(Conversation, customer.conversation)).holding


class TestDanger:
    @pytest.mark.parametrize(
        ("language", "said"),
        [
            ("zh-Hans", "转人工,我不想活了,钱全没了"),
            ("zh-Hant", "我真的撐不下去了,不想活了"),
            ("en", "I don't want to live anymore because of this"),
        ],
    )
    async def test_despair_gets_the_help_line_of_the_region_and_a_person(
        self, assistant: Assistant, customer: Make, language: str, said: str
    ) -> None:
        someone = customer(language)
        text = await someone.say(said)
        assert someone.scripts == ["utter_acknowledge_stay"]
        assert CRISIS_LINE[language] in text
        assert await holding_of(assistant, someone) is Holding.WAITING
        case = await case_of(assistant, someone)
        assert case.severity is Severity.SEVERE
        assert await clocks_of(assistant, case, ClockKind.HEADQUARTERS)

    @pytest.mark.parametrize(
        ("language", "said"),
        [
            ("zh-Hans", "我妈被你们气得说不想活了"),
            ("zh-Hant", "我太太因為這件事說她不想活了"),
            ("en", "My wife says she wants to die because of what you did"),
        ],
    )
    async def test_somebody_near_them_is_looked_after_first(
        self, assistant: Assistant, customer: Make, language: str, said: str
    ) -> None:
        someone = customer(language)
        text = await someone.say(said)
        assert someone.scripts == ["utter_acknowledge_another"]
        assert CRISIS_LINE[language] in text
        assert await holding_of(assistant, someone) is Holding.WAITING

    @pytest.mark.parametrize(
        ("language", "said", "police"),
        [
            ("zh-Hans", "我要砍死你们那个经理", "110"),
            ("zh-Hant", "我要殺了那個店員,你們等著", "110"),
            ("en", "I'm going to kill that manager", "110"),
        ],
    )
    async def test_a_threat_to_a_life_is_no_case_talk_and_somebody_stays(
        self, assistant: Assistant, customer: Make, language: str, said: str, police: str
    ) -> None:
        someone = customer(language)
        text = await someone.say(said)
        assert someone.scripts == ["utter_acknowledge_disarm"]
        assert police in text
        assert CRISIS_LINE[language] in text
        assert await holding_of(assistant, someone) is Holding.WAITING
        assert (await case_of(assistant, someone)).severity is Severity.SEVERE
        await someone.say(
            {"zh-Hans": "冰箱修了三次", "zh-Hant": "冰箱修了三次", "en": "Three repairs"}[language]
        )
        assert someone.scripts == ["utter_acknowledge_beside"]

    @pytest.mark.parametrize("said", ["气死我了,冰箱又坏了", "跑三趟累死我了", "This waiting is killing me"])
    async def test_who_is_only_angry_is_asked_like_anybody(self, customer: Make, said: str) -> None:
        someone = customer("en" if said.isascii() else "zh-Hans")
        await someone.say(said)
        assert not {"utter_acknowledge_stay", "utter_acknowledge_disarm"} & set(someone.scripts)

    async def test_a_threat_to_things_is_passed_on_and_not_the_safety_answer(
        self, assistant: Assistant, customer: Make
    ) -> None:
        someone = customer()
        await someone.say("再不给我退钱我就砸了你们的店")
        assert "utter_acknowledge_disarm" not in someone.scripts
        assert (await case_of(assistant, someone)).special_since


class TestTheHurt:
    @pytest.mark.parametrize(
        ("language", "fell", "answer"),
        [
            ("zh-Hans", "我妈在你们店里滑倒摔断了手腕", "在医院,刚打了石膏"),
            ("zh-Hant", "我媽在你們店裡滑倒摔斷手腕", "在醫院,剛打石膏"),
            (
                "en",
                "My mother fell on your wet floor and broke her wrist",
                "She is in hospital, they put it in a cast",
            ),
        ],
    )
    async def test_how_they_are_then_where_and_when(
        self, assistant: Assistant, customer: Make, language: str, fell: str, answer: str
    ) -> None:
        someone = customer(language)
        text = await someone.say(fell)
        assert someone.scripts == ["utter_acknowledge_injury"]
        assert HARD_NUMBERS[language] in text
        await someone.say(answer)
        assert someone.scripts == ["utter_acknowledge_hurt", "utter_listen_scene"]
        assert (await case_of(assistant, someone)).severity is Severity.SEVERE

    @pytest.mark.parametrize(
        ("language", "said"),
        [
            ("zh-Hans", "我爸在你们店里摔倒了,现在昏迷叫不醒"),
            ("zh-Hant", "我爸在你們店裡跌倒,現在昏迷叫不醒"),
            ("en", "My son fell in your store and he is unconscious right now"),
        ],
    )
    async def test_an_ambulance_comes_before_every_question(
        self, assistant: Assistant, customer: Make, language: str, said: str
    ) -> None:
        someone = customer(language)
        text = await someone.say(said)
        assert someone.scripts == ["utter_acknowledge_urgent"]
        assert HARD_NUMBERS[language] in text
        assert await holding_of(assistant, someone) is Holding.WAITING


PRESS = {
    "zh-Hans": (
        "我是新京报记者,想了解一下你们产品召回的事",
        "李敏,新京报",
        "记者证G1101234567,电话13912345678",
        ("到底召不召回?", "你个人怎么看?", "不录音,私下说说", "进展怎么样了"),
    ),
    "zh-Hant": (
        "我是聯合報記者,想了解貴公司召回的事",
        "王小明,聯合報",
        "記者證 A12345,電話0912345678",
        ("到底要不要召回?", "你個人怎麼看?", "私下聊聊就好", "進度如何"),
    ),
    "en": (
        "I'm a reporter with the Harbor Tribune, writing about your recall",
        "Ann Lee, Harbor Tribune",
        "Press card 448812, ann.lee@tribune.example",
        (
            "Is there a recall or not?",
            "What do you think personally?",
            "Off the record then",
            "What is the status?",
        ),
    ),
}


class TestThePress:
    @pytest.mark.parametrize("language", LANGUAGES)
    async def test_hears_the_holding_statement_and_is_asked_twice_for_what_is_missing(
        self, assistant: Assistant, customer: Make, language: str
    ) -> None:
        introduction, who, rest, questions = PRESS[language]
        someone = customer(language)
        text = await someone.say(introduction)
        assert someone.scripts == ["utter_listen_outlet"]
        assert {"zh-Hans": "正在核实", "zh-Hant": "正在查證", "en": "looking into"}[language] in text
        text = await someone.say(who)
        assert someone.scripts == ["utter_listen_details"]
        assert {"zh-Hans": "姓名", "zh-Hant": "姓名", "en": "your name"}[language] not in text
        await someone.say(rest)
        assert someone.scripts == ["utter_respond_press"]
        for question in questions:
            await someone.say(question)
            assert someone.scripts == ["utter_respond_spokesperson"], question

    async def test_is_owed_a_call_that_the_ledger_holds(self, assistant: Assistant, customer: Make) -> None:
        introduction, who, rest, _ = PRESS["zh-Hans"]
        someone = customer()
        for line in (introduction, who):
            await someone.say(line)
        text = await someone.say(rest)
        case = await case_of(assistant, someone)
        owed = await clocks_of(assistant, case, ClockKind.PROMISED_CALL)
        assert [clock.due_at > datetime.now(UTC) for clock in owed] == [True]
        assert "品牌运营部的发言人" in text
        assert await facts_of(assistant, case, "outlet") == ["新京报"]
        assert await facts_of(assistant, case, "person") == ["李敏"]
        assert await facts_of(assistant, case, "press_card")
        owed_by = await tasks_of(assistant, case)
        await someone.again(rest)
        assert await tasks_of(assistant, case) == owed_by

    async def test_a_journalist_with_a_grievance_is_a_customer(self, customer: Make) -> None:
        someone = customer()
        await someone.say("我是新京报记者,不过今天是我自己家的冰箱修了三次还是不冷,要求退款")
        assert not {"utter_listen_outlet", "utter_respond_press"} & set(someone.scripts)


class TestAnAuthority:
    @pytest.mark.parametrize(
        ("language", "introduction", "details"),
        [
            (
                "zh-Hans",
                "我是市场监管局的,来了解你们产品的投诉情况",
                "我叫张伟,文号〔2026〕12号,周五前答复,电话13912345678",
            ),
            (
                "zh-Hant",
                "您好,我是消保官,想確認一件申訴案",
                "我叫陳志明,公文字號〔2026〕12號,週五前回覆,電話0912345678",
            ),
            (
                "en",
                "I'm from Trading Standards and need to ask about your recall",
                "My name is Ann Lee, reference TS-4412, by Friday, ann@ts.example",
            ),
        ],
    )
    async def test_is_registered_reported_at_once_and_answered_by_the_departments(
        self, assistant: Assistant, customer: Make, language: str, introduction: str, details: str
    ) -> None:
        someone = customer(language)
        await someone.say(introduction)
        assert someone.scripts == ["utter_listen_official"]
        case = await case_of(assistant, someone)
        assert "official" in [reason["code"] for reason in case.special_reasons]
        assert await clocks_of(assistant, case, ClockKind.HEADQUARTERS)
        # Two departments answer, and the green channel asks one what it can do.
        assert len(await tasks_of(assistant, case)) == 3
        async with assistant.database.transaction() as session:
            department = await session.get_one(Department, case.department_id)
        assert department.key == "technology"
        await someone.say(details)
        assert someone.scripts == ["utter_respond_reported"]
        await someone.say(
            {
                "zh-Hans": "你们到底卖了多少台?",
                "zh-Hant": "你們到底賣了幾台?",
                "en": "How many did you sell?",
            }[language]
        )
        assert someone.scripts == ["utter_respond_authority"]
        assert len(await tasks_of(assistant, case)) == 3


class TestACrowd:
    @pytest.mark.parametrize(
        ("language", "come", "count", "more"),
        [
            ("zh-Hans", "我们业主要一起去你们总部拉横幅维权", "大概八十个人,在阳光花园", "现在有120人了"),
            ("zh-Hant", "我們住戶要一起去你們總公司拉布條抗議", "大概八十個人,在陽光花園", "現在有120人了"),
            (
                "en",
                "We are all going to protest at your head office together",
                "About 80 people, at Elm Street",
                "There are 120 people now",
            ),
        ],
    )
    async def test_number_and_place_are_noted_and_updated(
        self, assistant: Assistant, customer: Make, language: str, come: str, count: str, more: str
    ) -> None:
        someone = customer(language)
        text = await someone.say(come)
        assert someone.scripts[-1] == "utter_listen_headcount"
        assert {"zh-Hans": "五位", "zh-Hant": "五位", "en": "ive"}[language] in text
        await someone.say(count)
        case = await case_of(assistant, someone)
        assert len(await facts_of(assistant, case, "people")) == 1
        await someone.say(more)
        assert "120" in (await facts_of(assistant, case, "people"))[0]
        assert len(await facts_of(assistant, case, "people")) == 1

    async def test_who_meets_them_stands_beside_our_word(self, customer: Make) -> None:
        someone = customer()
        for line in (
            "我们两百户业主明天要去阳光花园售楼处拉横幅,房子漏水一年没人修",
            "要求全部返修",
            "13912345678",
        ):
            await someone.say(line)
        assert someone.scripts[-2:] == ["utter_respond_meeting", "utter_respond_confirm"]


class TestADemand:
    @pytest.mark.parametrize(
        ("language", "complaint", "demand", "kind"),
        [
            ("zh-Hans", "你们店员昨天当着我孩子的面骂我", "我要你们开除他", "discipline"),
            ("zh-Hant", "你們店員昨天當著我小孩的面罵我", "我要你們開除他", "discipline"),
            (
                "en",
                "Your cashier shouted at me in front of my kids yesterday",
                "I want him fired",
                "discipline",
            ),
            ("zh-Hans", "你们装的空调一直漏水,把客厅地板都泡坏了", "必须赔我二十万", "sum"),
        ],
    )
    async def test_is_explained_and_not_refused(
        self, customer: Make, language: str, complaint: str, demand: str, kind: str
    ) -> None:
        someone = customer(language)
        await someone.say(complaint)
        text = await someone.say(demand)
        assert someone.scripts[0] == f"utter_respond_demand_{kind}"
        assert {"zh-Hans": "总部", "zh-Hant": "總公司", "en": "Headquarters"}[language] in text

    @pytest.mark.parametrize(
        ("language", "said"),
        [
            ("zh-Hans", "冰箱坏了你们不管,给我两万块,不然我就发到网上曝光"),
            ("zh-Hant", "冰箱壞了你們不管,給我兩萬塊,不然我就爆料給記者"),
            ("en", "The fridge broke. Pay me $20,000 or I post the video and ruin your reputation"),
        ],
    )
    async def test_a_threat_to_pay_is_marked_and_the_customer_served_like_any_other(
        self, assistant: Assistant, customer: Make, language: str, said: str
    ) -> None:
        someone = customer(language)
        text = await someone.say(said)
        case = await case_of(assistant, someone)
        async with assistant.database.transaction() as session:
            of_case = select(Form).where(Form.case_id == case.id, Form.kind == "conduct")
            papers = list(await session.scalars(of_case))
        assert [paper.state for paper in papers] == ["raised"]
        assert not [
            word for word in ("敲诈", "勒索", "敲詐", "恐嚇", "extort", "blackmail") if word in text.lower()
        ]
        await someone.say(
            {"zh-Hans": "13912345678", "zh-Hant": "0912345678", "en": "ann@mail.example"}[language]
        )
        assert someone.scripts[-1] == "utter_respond_confirm"
        assert "utter_respond_demand_sum" in someone.scripts
