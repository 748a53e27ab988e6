"""What the special moments depend on: whose life, whose authority, whose name, which demand (no database)."""

from dataclasses import replace
from typing import Any

import pytest

from actions import danger, demands, names, officials, peril, press
from actions.meanings import destination
from actions.steps import Known, Step
from bot.nlu.facts import facts
from bot.nlu.patterns import found
from ledger.heard import Heard
from ledger.policy import Demands
from ledger.services.cases import Hearing
from ledger.vocabulary import CaseType, Category, Kind, Language, Remedy, Signal

POLICY = Demands(beyond={"CNY": 50000, "USD": 10000}, decided_by="headquarters")
KNOWN = Known(
    CaseType.CONTACT,
    (Signal.SPECIAL_IDENTITY,),
    "",
    story_known=False,
    remedy_known=False,
    contact_known=False,
)


def heard(text: str, **more: Any) -> Heard:
    """What wordings alone tell of a text: signals by the lexicon, and its facts."""
    told = tuple(
        {
            "entity": fact.kind,
            "value": fact.value,
            "said": text[fact.start : fact.end],
            "start": fact.start,
            "end": fact.end,
        }
        for fact in facts(text)
    )
    given: dict[str, Any] = {"kind": Kind.OTHER, "category": None, "signals": found("signals", text)} | more
    given["signals"] = tuple(Signal(signal) for signal in given["signals"])
    return Heard(intent="out_of_scope", confidence=0.4, language=Language.ZH_HANS, entities=told, **given)


class TestALifeAtStake:
    @pytest.mark.parametrize(
        "text",
        [
            "我不想活了",
            "活着真没意思,你们逼死我算了",
            "再不退钱我就从你们楼上跳下去",
            "我要砍死你们那个经理",
            "你让那个师傅下班小心点",
            "我真的撐不下去了,不想活了",
            "我要殺了那個店員",
            "I don't want to live anymore",
            "I'm going to kill that manager",
            "I know where you live, watch your back",
        ],
    )
    def test_it_is_heard_whatever_else_is_asked(self, text: str) -> None:
        assert peril.at_stake(heard(text), text)
        for action in ("action_ask_human", "action_tell_status", "action_rate", "action_chat"):
            assert destination(action, heard(text), text, Step.RATING) == "action_hear"

    @pytest.mark.parametrize(
        "text",
        [
            "气死我了",
            "真是累死我了,跑了三趟",
            "要笑死人了你们这服务",
            "热死了,空调还没修",
            "無聊死了,等了兩個小時",
            "手机死机了三次",
            "This is killing me, three weeks of waiting",
            "I'm dying to know when it arrives",
            "You people will be the death of my battery",
            "I could kill for a straight answer",
            "你们给我等着",
            "我要砸了你们店",
            "小心我把你們公司的玻璃砸了",
            "I'll smash your windows",
            "I swear I'll burn this place down",
        ],
    )
    def test_somebody_misunderstood_and_a_threat_to_things_do_not_land_there(self, text: str) -> None:
        assert not peril.at_stake(heard(text), text)

    @pytest.mark.parametrize(
        "text",
        [
            "说白了就是不想赔吧",
            "說穿了就是不想管",
            "This waiting is killing me",
            "I'd rather die than shop here again",
        ],
    )
    def test_despair_that_was_only_misheard_is_not_answered_as_such(self, text: str) -> None:
        assert not peril.at_stake(heard(text, signals=["self_harm"]), text)

    @pytest.mark.parametrize(
        "text",
        [
            "撑不住了,再见",
            "沒有我大家都輕鬆",
            "I can't do this any more",
            "tell my kids I love them",
            "药都攒好了",
        ],
    )
    def test_despair_in_quiet_words_is(self, text: str) -> None:
        assert peril.at_stake(heard(text, signals=["self_harm"]), text)

    @pytest.mark.parametrize(
        ("text", "of_another"),
        [
            ("我妈被你们气得说不想活了", True),
            ("我老婆在阳台上要跳楼", True),
            ("我先生說他不想活了", True),
            ("My wife says she wants to die because of this", True),
            ("我不想活了", False),
            ("他们害得我不想活了", False),
            ("My brother killed himself last year", False),
        ],
    )
    def test_who_does_not_want_to_live_is_told_apart(self, text: str, *, of_another: bool) -> None:
        assert peril.is_of_another(text) is of_another

    @pytest.mark.parametrize(
        ("text", "now"),
        [
            ("我爸在你们店里摔倒昏迷了", True),
            ("孩子被烫了,现在血止不住", True),
            ("My son fell in your store and he is unconscious", True),
            ("昨天我妈在你们店里摔晕过去了", False),
            ("我妈摔断了手腕", False),
        ],
    )
    def test_who_needs_an_ambulance_before_all_else(self, text: str, *, now: bool) -> None:
        hurt = replace(heard(text), signals=(Signal.INJURY_SAFETY,))
        assert peril.needs_help_now(hurt, text) is now

    def test_whoever_was_sent_for_an_ambulance_is_asked_nothing_until_they_have_written_again(self) -> None:
        hurt = replace(KNOWN, type=CaseType.COMPLAINT, signals=(Signal.INJURY_SAFETY,), urgent=True)
        assert danger.next_step(hurt) is Step.URGENT
        assert danger.next_step(replace(hurt, asked=(Step.URGENT,))) is Step.DONE
        assert danger.next_step(replace(hurt, asked=(Step.URGENT, Step.DONE))) is Step.SCENE


class TestAnAuthority:
    @pytest.mark.parametrize(
        "text",
        [
            "我是市场监管局的,来了解你们产品的投诉情况",
            "这里是朝阳区市场监督管理局,请你们配合调查",
            "您好,市场监管局来函,请在周五前答复",
            "我是消保官,要跟貴公司確認一件申訴",
            "我们是消防大队的,下午来你们门店检查",
            "I'm from Trading Standards and need to speak to someone about your recall",
            "This is Ann Lee, a Trading Standards officer",
            "I am calling from the Consumer Council about a case",
        ],
    )
    def test_introduces_itself(self, text: str) -> None:
        assert officials.introduces(heard(text), text)
        assert destination("action_answer", heard(text), text, None) == "action_hear"

    @pytest.mark.parametrize(
        "text",
        [
            "我要去市场监管局投诉你们",
            "我打了12315,市场监管局说让你们处理",
            "我已经在消协投诉过了",
            "我收到市场监管局的来函,说你们不配合",
            "再不處理我就找消保官",
            "I'm going to report you to Trading Standards",
            "Trading Standards told me you have to refund it",
            "I complained to the Consumer Council",
        ],
    )
    def test_is_not_who_goes_there(self, text: str) -> None:
        assert not officials.introduces(heard(text), text)

    def test_an_explanation_is_what_offices_ask_for(self) -> None:
        text = "这里是朝阳区市场监督管理局,请贵公司说明情况"
        assert officials.introduces(replace(heard(text), remedies=(Remedy.EXPLANATION,)), text)
        assert not officials.introduces(replace(heard(text), remedies=(Remedy.REFUND,)), text)

    def test_who_works_there_and_has_a_grievance_is_a_customer(self) -> None:
        text = "我是市场监管局的,我家的冰箱修了三次还不冷"
        complaint = replace(
            heard(text),
            intent="complain_product_quality",
            confidence=0.9,
            kind=Kind.COMPLAINT,
            category=Category.PRODUCT_QUALITY,
        )
        assert not officials.introduces(complaint, text)

    def test_is_asked_twice_at_most_and_only_for_what_is_missing(self) -> None:
        known = replace(KNOWN, official=True)
        steps: list[str] = []
        for _ in range(4):
            step = officials.next_step(replace(known, asked=tuple(steps)))
            assert step
            steps.append(step)
        assert steps == [Step.OFFICIAL, Step.CREDENTIALS, Step.REPORTED, Step.AUTHORITY]
        told = replace(
            known, facts={"person", "authority"}, contact_known=True, narrative="文号〔2026〕12号,周五前答复"
        )
        assert officials.next_step(told) is Step.REPORTED
        assert list(officials.missing(replace(told, narrative=""))) == ["reference", "deadline"]


class TestAJournalist:
    def test_is_asked_for_what_is_missing_and_not_again_for_the_column(self) -> None:
        whole = {"person", "outlet", "column", "press_card"}
        known = replace(KNOWN, facts=whole - {"column"}, contact_known=True)
        assert list(press.missing(known)) == ["column"]
        assert press.next_step(known) is Step.OUTLET
        assert press.next_step(replace(known, asked=(Step.OUTLET,))) is Step.PRESS
        assert press.next_step(replace(known, facts=whole)) is Step.PRESS

    @pytest.mark.parametrize(
        "asks", ["action_answer", "action_tell_status", "action_ask_human", "action_own_up"]
    )
    def test_whatever_is_asked_is_the_spokespersons(self, asks: str) -> None:
        question = "Off the record, between the two of us, how many of these have you had this year?"
        asked = replace(heard(question), confidence=0.99)
        for step in (Step.OUTLET, Step.DETAILS, Step.SPOKESPERSON, Step.AUTHORITY):
            assert destination(asks, asked, question, step, case_open=True) == "action_hear"

    def test_a_robot_owns_up_to_a_journalist_too(self) -> None:
        asked = replace(heard("你是机器人吗?"), confidence=0.99)
        assert destination("action_own_up", asked, "你是机器人吗?", Step.OUTLET) == "action_own_up"


class TestAName:
    @pytest.mark.parametrize(
        ("text", "name"),
        [
            ("张三,新京报,13912345678", "张三"),
            ("我叫欧阳明,栏目是民生", "欧阳明"),
            ("姓名:李敏", "李敏"),
            ("My name is Ann Lee, Harbor Tribune", "Ann Lee"),
            ("Ann Lee, Harbor Tribune, ann@tribune.example", "Ann Lee"),
            ("不方便说", ""),
            ("新京报", ""),
            ("你们先回答我的问题", ""),
        ],
    )
    def test_is_heard_in_the_answer_to_who_they_are(self, text: str, name: str) -> None:
        told = names.with_own_name(heard(text), text)
        assert told.values("person") == ([name] if name else [])

    @pytest.mark.parametrize(
        ("text", "name"),
        [
            ("姓刘,13911112222", "刘"),
            ("我叫陈大河，13800138000", "陈大河"),
            ("電話0912345678，陳先生", "陳先生"),
            ("Sarah Holt, sarah@holt.example", "Sarah Holt"),
            ("My name is Sarah Holt, 07700 900123", "Sarah Holt"),
            ("刘女士13911112222", "刘女士"),
            ("13911112222 王先生", "王先生"),
            ("13911112222 找王经理", ""),
            ("打这个电话13911112222", ""),
            ("My number is 07700 900123. Call me", ""),
        ],
    )
    def test_is_kept_with_the_number_it_is_left_with(self, text: str, name: str) -> None:
        assert names.beside_contact(heard(text), text) == name


def hearing(narrative: str, **more: Any) -> Hearing:
    told = [
        {"kind": fact.kind, "said": narrative[fact.start : fact.end], "value": fact.value}
        for fact in facts(narrative)
    ]
    given: dict[str, Any] = {
        "number": "QT-2026-000001", "pass_code": "", "type": "complaint", "status": "open", "opened": True,
        "reopened": False, "stage": "listen", "category": None, "severity": "mild", "special": False,
        "newly_special": False, "reasons": [], "owner": None, "department": None, "due_at": None,
        "remedies": [], "story_known": True, "contact": "unknown", "emotions": [0],
    }  # fmt: skip
    return Hearing(**given | {"narrative": narrative, "facts": told} | more)


class TestADemand:
    @pytest.mark.parametrize(
        ("narrative", "kinds"),
        [
            ("必须赔我二十万", ["sum"]),
            ("I want $50,000 in damages", ["sum"]),
            ("赔我三百块", []),
            ("我花二十万买的车,要求退款", []),
            ("登报公开道歉", ["apology"]),
            ("你們要公開向我道歉", ["apology"]),
            ("I expect a public apology", ["apology"]),
            ("今天之内不解决,不然我就上门", ["ultimatum"]),
            ("You have until noon", ["ultimatum"]),
            ("你们今天的态度很差", []),
        ],
    )
    def test_out_of_proportion_is_known(self, narrative: str, kinds: list[str]) -> None:
        assert list(demands.kinds(hearing(narrative), POLICY)) == kinds

    def test_discipline_and_what_a_second_person_must_look_at_are_explained_too(self) -> None:
        case = hearing("把他开除,给两万我就删帖", remedies=["discipline"], reasons=["extortion"])
        assert list(demands.kinds(case, POLICY)) == ["sum", "discipline"]
