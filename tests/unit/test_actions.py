"""What the assistant judges without a database: next step, an answer's meaning, feeling, words."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from actions import casework, week, wording
from actions.base import Talk, Turn
from actions.fallback import likely_meanings
from actions.feelings import heat, situation, threats, vents, wishes
from actions.journeys import next_step
from actions.meanings import Meaning, answer, destination, meaning
from actions.rate import rating_of
from actions.status import pass_code
from actions.steps import Known, Step, after_misses
from ledger.calendars import Calendar
from ledger.heard import Heard
from ledger.policy import load_policy
from ledger.services.cases import Hearing
from ledger.vocabulary import CaseType, Category, Hardship, Kind, Language, Remedy, Signal, Topic

POLICY = load_policy(Path(__file__).resolve().parents[2] / "policy.yml")
NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)  # noon in the organisation's zone
UNKNOWN = Known(
    type=CaseType.COMPLAINT,
    signals=(),
    narrative="",
    story_known=False,
    remedy_known=False,
    contact_known=False,
)
TOLD = replace(UNKNOWN, story_known=True)


def heard(intent: str, kind: Kind = Kind.CHAT, confidence: float = 0.9, **more: Any) -> Heard:
    given: dict[str, Any] = {"language": Language.ZH_HANS, "category": None} | more
    return Heard(intent=intent, confidence=confidence, kind=kind, **given)


def complaint(category: Category = Category.PRODUCT_QUALITY, **more: Any) -> Heard:
    return heard(f"complain_{category}", Kind.COMPLAINT, category=category, **more)


def entity(name: str, value: str) -> dict[str, Any]:
    return {"entities": ({"entity": name, "value": value},)}


def turn(text: str = "", message: Heard | None = None, **more: Any) -> Turn:
    given: dict[str, Any] = {"language": Language.ZH_HANS, "awaited": None, "case": None} | more
    return Turn(key="1", conversation_id=1, text=text, heard=message or complaint(), **given)


def described(case: Hearing, language: Language) -> dict[str, Any]:
    """What the scripts may say of a case in the customer's language."""
    return casework.described(cast(Talk, SimpleNamespace(turn=turn(language=language), slots={})), case)


def felt(message: Heard, *acknowledged: str) -> str | None:
    """What is acknowledged in a message."""
    return situation(message, acknowledged)


class TestTheNextStep:
    def test_one_question_follows_another_until_our_word_is_given(self) -> None:
        known, steps = UNKNOWN, []
        while Step.ADDED not in steps:
            steps.append(next_step(known))
            known = replace(known, asked=tuple(steps))
        assert steps == [Step.STORY, Step.STORY, Step.REMEDY, Step.CONTACT, Step.CONFIRM, Step.ADDED]

    def test_what_was_said_is_not_asked(self) -> None:
        whole = replace(TOLD, remedy_known=True, contact_known=True)
        assert next_step(whole) is Step.CONFIRM

    def test_after_steam_was_let_off_the_wish_is_asked_for_once_more(self) -> None:
        asked = replace(TOLD, asked=(Step.REMEDY,))
        assert next_step(asked) is Step.CONTACT
        assert next_step(replace(asked, vented=True)) is Step.REMEDY

    def test_a_second_grievance_is_asked_about_once_before_our_word(self) -> None:
        two = replace(TOLD, remedy_known=True, contact_known=True, further=True)
        assert next_step(two) is Step.FURTHER
        assert next_step(replace(two, asked=(Step.FURTHER,))) is Step.CONFIRM

    def test_lasting_anger_is_offered_a_person_once_instead_of_a_question(self) -> None:
        raging = replace(TOLD, raging=True)
        assert next_step(raging) is Step.PERSON
        assert next_step(replace(raging, asked=(Step.PERSON,))) is Step.REMEDY
        whole = replace(raging, remedy_known=True, contact_known=True)
        assert next_step(whole) is Step.CONFIRM
        assert next_step(replace(whole, asked=(Step.CONFIRM,))) is Step.PERSON

    def test_a_hurt_person_comes_before_every_question(self) -> None:
        known = replace(UNKNOWN, signals={Signal.INJURY_SAFETY})
        assert next_step(known) is Step.SAFETY
        assert next_step(replace(known, asked=(Step.SAFETY,))) is Step.SCENE
        assert next_step(replace(known, asked=(Step.SAFETY,), facts={"place"})) is Step.STORY
        assert next_step(replace(known, asked=(Step.SAFETY, Step.SCENE))) is Step.STORY

    def test_a_hurt_person_is_asked_after_even_when_all_was_confirmed(self) -> None:
        assert next_step(replace(TOLD, signals={Signal.INJURY_SAFETY}, asked=(Step.CONFIRM,))) is Step.SAFETY

    @pytest.mark.parametrize(
        ("narrative", "step"),
        [
            ("我们小区业主要去拉横幅", Step.HEADCOUNT),
            ("两百多户业主要去拉横幅", Step.PLACE),
            ("Hundreds of us will stand at your gate", Step.PLACE),
        ],
    )
    def test_a_crowd_is_asked_how_many_unless_it_said_so(self, narrative: str, step: Step) -> None:
        assert next_step(replace(TOLD, signals={Signal.GROUP_EVENT}, narrative=narrative)) is step

    def test_a_journalist_is_asked_who_they_are_and_nothing_else(self) -> None:
        press = replace(UNKNOWN, type=CaseType.CONTACT, signals={Signal.SPECIAL_IDENTITY})
        steps: list[str] = []
        for _ in range(4):
            steps.append(next_step(replace(press, asked=tuple(steps))))
        assert steps == [Step.OUTLET, Step.DETAILS, Step.PRESS, Step.SPOKESPERSON]

    def test_not_understanding_twice_offers_a_person(self) -> None:
        assert [after_misses(1), after_misses(2), after_misses(3)] == [Step.MEANING, Step.HUMAN, Step.HUMAN]


class TestTheMeaning:
    def test_no_thanks_refuses_the_contact_that_was_asked_for(self) -> None:
        thanks = heard("thank")
        assert meaning(thanks, "no thanks", Step.CONTACT, case_open=True) is Meaning.NO_CONTACT
        assert meaning(thanks, "不用了,谢谢", Step.CONTACT, case_open=True) is Meaning.NO_CONTACT

    def test_a_number_is_a_contact_whatever_was_awaited(self) -> None:
        number = heard("rate", **entity("phone", "+8613800000000"))
        assert meaning(number, "13800000000", None, case_open=True) is Meaning.CONTACT

    def test_any_words_answer_an_open_question(self) -> None:
        vague = heard("greet", confidence=0.3)
        assert meaning(vague, "在朝阳区", Step.PLACE, case_open=True) is Meaning.MATTER
        assert meaning(vague, "朝阳区", None, case_open=False) is Meaning.UNCLEAR

    def test_a_usual_word_is_believed_whatever_it_was_classified_as(self) -> None:
        assert answer(heard("add_information"), "是的。") is True
        assert answer(heard("out_of_scope"), "No") is False
        assert answer(heard("affirm", confidence=0.2), "asdf") is None

    @pytest.mark.parametrize(
        ("awaited", "said", "action"),
        [
            (Step.CANCEL, "是的", "action_withdraw"),
            (Step.CANCEL, "不", "action_keep"),
            (Step.HUMAN, "好", "action_ask_human"),
            (Step.CONTACT, "no thanks", "action_hear"),
            (None, "好", "action_chat"),
        ],
    )
    def test_a_yes_or_no_goes_to_who_asked(self, awaited: Step | None, said: str, action: str) -> None:
        assert destination("action_chat", heard("thank"), said, awaited) == action

    def test_danger_is_heard_whatever_else_is_asked(self) -> None:
        question = heard("ask_policy", Kind.INQUIRY, signals=(Signal.SPECIAL_IDENTITY,))
        assert destination("action_answer", question, "我是记者", None) == "action_hear"

    def test_who_only_asks_about_authorities_is_answered(self) -> None:
        named = (Signal.REGULATOR_THREAT,)
        rights = heard("ask_policy", Kind.INQUIRY, signals=named, topic=Topic.PETITION)
        assert destination("action_answer", rights, "可以信访吗", Step.REMEDY) == "action_answer"
        press = replace(rights, signals=(*named, Signal.MEDIA_THREAT))
        assert destination("action_answer", press, "可以信访吗", Step.REMEDY) == "action_hear"

    def test_a_rhetorical_question_is_part_of_the_story(self) -> None:
        rhetorical = heard("ask_policy", Kind.INQUIRY)
        times = replace(rhetorical, topic=Topic.TIMES, confidence=0.4)
        assert destination("action_answer", rhetorical, "能怎么办", Step.REMEDY) == "action_hear"
        assert destination("action_answer", times, "多久有结果", Step.REMEDY) == "action_answer"

    def test_a_question_is_known_by_its_topic_when_nothing_else_is_sure(self) -> None:
        doubtful = complaint(Category.OTHER, confidence=0.3, topic=Topic.OWNER)
        assert destination("action_hear", doubtful, "这种事归谁管", None) == "action_answer"
        assert destination("action_answer", doubtful, "这种事归谁管", None) == "action_answer"
        told = replace(doubtful, confidence=0.7)
        assert destination("action_hear", told, "这种事归谁管", None) == "action_hear"

    def test_what_answers_our_question_is_no_question(self) -> None:
        nameless = heard("refuse_contact", Kind.OTHER, topic=Topic.ANONYMOUS)
        assert destination("action_hear", nameless, "匿名", Step.CONTACT, case_open=True) == "action_hear"
        assert destination("action_hear", nameless, "可以匿名吗", None) == "action_answer"

    def test_a_question_that_may_be_the_wish_is_heard_as_the_wish(self) -> None:
        wish = heard("ask_policy", Kind.INQUIRY, 0.4, topic=Topic.REFUND, remedies=(Remedy.REFUND,))
        assert destination("action_answer", wish, "能不能退款", Step.REMEDY) == "action_hear"
        sure = replace(wish, confidence=0.9)
        assert destination("action_answer", sure, "退款走什么流程", Step.REMEDY) == "action_answer"

    def test_a_grievance_in_the_form_of_a_question_stays_a_complaint(self) -> None:
        grievance = complaint(Category.FEE_DISPUTE, topic=Topic.REFUND)
        said = "你们退款要退到什么时候?!"
        assert destination("action_hear", grievance, said, None, case_open=True) == "action_hear"

    @pytest.mark.parametrize("said", ["谁负责?什么时候给我答复", "Who has it and when do I hear?", "誰負責?"])
    def test_who_has_a_case_and_by_when_is_told_by_the_ledger(self, said: str) -> None:
        question = heard("ask_policy", Kind.INQUIRY, confidence=0.4, topic=Topic.OWNER)
        assert (
            destination("action_answer", question, said, Step.REMEDY, case_open=True) == "action_tell_status"
        )
        assert destination("action_answer", question, said, None) == "action_answer"

    @pytest.mark.parametrize(
        "said", ["刚才谁跟我说的话", "剛剛是誰跟我講話", "Who was I talking to just now?"]
    )
    def test_who_wrote_just_now_is_a_question_about_people(self, said: str) -> None:
        assert destination("action_hear", heard("repeat_said"), said, None, case_open=True) == "action_own_up"

    @pytest.mark.parametrize("awaited", [Step.OUTLET, Step.PRESS, Step.SPOKESPERSON])
    def test_a_journalists_questions_are_the_spokespersons_unless_they_ask_for_a_robot(
        self, awaited: Step
    ) -> None:
        misheard = heard("ask_robot")
        assert destination("action_own_up", misheard, "到底召不召回?", awaited) == "action_hear"
        assert destination("action_answer", misheard, "多久有结果?", awaited) == "action_hear"
        assert destination("action_own_up", misheard, "你是机器人吗?", awaited) == "action_own_up"

    def test_who_has_a_case_is_a_question_however_it_was_classified(self) -> None:
        misheard = heard("state_remedy", Kind.COMPLAINT, topic=Topic.OWNER)
        assert destination("action_hear", misheard, "誰負責?", None, case_open=True) == "action_tell_status"
        demand = replace(misheard, remedies=(Remedy.COMPENSATION,))
        assert destination("action_hear", demand, "谁负责赔地板?", None, case_open=True) == "action_hear"

    @pytest.mark.parametrize("said", ["说错了，是上周二", "應該是四次", "no, it was Tuesday"])
    def test_a_correction_is_known_by_its_words_when_something_is_told(self, said: str) -> None:
        misheard = heard("add_information", **entity("date", "-W-2"))
        assert destination("action_hear", misheard, said, None, case_open=True) == "action_correct"
        assert destination("action_hear", misheard, said, None) == "action_hear"
        assert destination("action_hear", heard("deny"), said, None, case_open=True) == "action_hear"

    @pytest.mark.parametrize("action", ["action_correct", "action_answer_doubt", "action_wait"])
    def test_danger_despair_and_the_press_leave_no_room_for_asides(self, action: str) -> None:
        danger = heard("doubt", signals=(Signal.SELF_HARM,))
        assert destination(action, danger, "你们每次都这么说", None, case_open=True) == "action_hear"
        assert destination(action, heard("doubt"), "谁信", Step.STAY, case_open=True) == "action_hear"
        assert destination(action, heard("doubt"), "谁信", Step.OUTLET, case_open=True) == "action_hear"
        assert destination(action, heard("doubt"), "谁信", Step.REMEDY, case_open=True) == action

    def test_small_talk_nobody_is_sure_of_is_not_understood(self) -> None:
        assert destination("action_chat", heard("goodbye", confidence=0.14), "asdf", None) == "action_hear"

    def test_whoever_is_in_despair_gets_no_small_talk(self) -> None:
        assert destination("action_chat", heard("thank"), "谢谢你", Step.STAY) == "action_hear"

    def test_after_a_rating_was_asked_for_words_are_about_it(self) -> None:
        assert destination("action_hear", complaint(), "还在漏水", Step.RATING) == "action_rate"
        assert destination("action_rate", heard("rate"), "???", None) == "action_hear"

    def test_a_case_number_asks_for_its_status_unless_something_is_told(self) -> None:
        number = entity("case_number", "QT-2026-000001")
        asked = heard("add_information", Kind.COMPLAINT, 0.2, **number)
        told = heard("add_information", Kind.COMPLAINT, 0.9, **number)
        assert destination("action_hear", asked, "QT-2026-000001 ?", None) == "action_tell_status"
        assert destination("action_hear", told, "QT-2026-000001 又坏了", None) == "action_hear"


class TestTheFeeling:
    def test_a_feeling_is_answered_once(self) -> None:
        angry = complaint(emotion=2)
        assert felt(angry) == "product_quality"
        assert felt(angry, "product_quality") == "anger"

    def test_no_anger_goes_unanswered(self) -> None:
        assert felt(complaint(emotion=2), "product_quality", "anger") == "anger"
        assert felt(complaint(emotion=1), "product_quality", "anger") is None

    def test_a_later_message_is_answered_as_what_it_tells_itself(self) -> None:
        money = complaint(Category.FEE_DISPUTE)
        assert felt(money, "product_quality") == "fee_dispute"
        assert felt(money, "product_quality", "fee_dispute") is None

    def test_a_wish_without_a_name_is_answered_without_one(self) -> None:
        wish = heard("state_remedy", remedies=(Remedy.OTHER,))
        assert felt(wish, "product_quality") == "wanted"
        assert felt(replace(wish, remedies=(Remedy.OTHER, Remedy.REFUND)), "product_quality") == "demand"

    def test_an_angry_demand_is_answered_as_a_demand(self) -> None:
        demand = heard("state_remedy", Kind.COMPLAINT, remedies=(Remedy.REFUND,), emotion=2)
        assert felt(demand, "product_quality") == "demand"

    def test_what_was_tried_often_goes_before_its_kind(self) -> None:
        assert felt(complaint(signals=(Signal.REPEAT_UNRESOLVED,))) == "repeated"

    def test_what_makes_it_hurt_goes_before_its_kind_each_once(self) -> None:
        hurt = complaint(hardships=(Hardship.TIME_LOST, Hardship.WAITED))
        assert felt(hurt) == "time_lost"
        assert felt(hurt, "time_lost") == "waited"
        assert felt(hurt, "time_lost", "waited") == "product_quality"

    def test_who_needs_care_is_named_once_and_in_particular(self) -> None:
        child = complaint(signals=(Signal.VULNERABLE,), hardships=(Hardship.CHILD,))
        assert felt(child, "child", "product_quality") is None
        assert felt(complaint(signals=(Signal.VULNERABLE,))) == "vulnerable"

    def test_going_on_telling_is_no_answer_to_what_is_wanted(self) -> None:
        assert not wishes(complaint())
        assert not wishes(heard("add_information", hardships=(Hardship.TIME_LOST,)))
        assert wishes(heard("add_information"))
        assert wishes(complaint(remedies=(Remedy.REFUND,)))

    def test_a_doubtful_kind_is_not_named(self) -> None:
        assert felt(replace(complaint(), confidence=0.3)) is None

    def test_a_wish_calls_for_no_acknowledgement(self) -> None:
        assert felt(heard("state_remedy", Kind.COMPLAINT, category=Category.FEE_DISPUTE)) is None

    def test_each_threat_is_noted_once(self) -> None:
        threatening = {Signal.REGULATOR_THREAT, Signal.MEDIA_THREAT}
        assert threats(threatening, ()) == [Signal.MEDIA_THREAT, Signal.REGULATOR_THREAT]
        assert threats(threatening, ("media_threat",)) == [Signal.REGULATOR_THREAT]

    def test_a_rhetorical_question_lets_off_steam(self) -> None:
        assert vents(heard("ask_policy", Kind.INQUIRY))
        assert not vents(heard("state_remedy", remedies=(Remedy.REFUND,), emotion=3))

    def test_anger_is_spoken_to_in_another_tone(self) -> None:
        assert (heat(complaint(emotion=1)), heat(complaint(emotion=2))) == ("calm", "hot")


class TestTheLikelyMeanings:
    def test_they_are_the_two_likeliest_that_can_be_named(self) -> None:
        ranked = ("out_of_scope", "complain_fee_dispute", "add_information", "ask_human")
        assert likely_meanings(turn("你那个啥", likely=ranked)) == ["fee_dispute", "ask_human"]

    def test_of_marks_alone_nothing_is_guessed(self) -> None:
        assert likely_meanings(turn("??", likely=("complain_fee_dispute",))) == ["other", "ask_status"]

    @pytest.mark.parametrize("language", Language)
    def test_each_has_words_a_title_and_what_it_says(self, language: Language) -> None:
        assert all(
            set(named) == {"say", "title", "payload"}
            for named in wording.words("meanings", language).values()
        )


class TestTheWords:
    @pytest.mark.parametrize(
        ("text", "kept"),
        [
            ("你们的冰箱修了三次都没修好\uff0c再不解决我就找记者曝光", "冰箱修了三次都没修好"),
            ("傻逼\uff0c骗子", ""),
            ("Your fridge broke after two days! I'll sue you", "The fridge broke after two days"),
            ("为什么还没到货?", ""),
        ],
    )
    def test_their_own_words_are_said_back_without_insults_and_threats(self, text: str, kept: str) -> None:
        assert wording.reflection(text) == kept

    def test_a_quote_begins_as_a_sentence_does(self) -> None:
        assert wording.quote("my fridge is broken again", Language.EN) == "“My fridge is broken again.” "

    @pytest.mark.parametrize(
        ("name", "language", "said"),
        [
            ("Dana Reyes", Language.ZH_HANT, "Dana Reyes 負責"),
            ("王芳", Language.ZH_HANS, "王芳负责"),
            ("Dana Reyes", Language.EN, "with Dana Reyes."),
        ],
    )
    def test_a_latin_name_stands_apart_from_chinese_words(
        self, name: str, language: Language, said: str
    ) -> None:
        assert said in described(Hearing(**CASE | {"owner": name}), language)["promise"]

    @pytest.mark.parametrize(
        ("at", "language", "said"),
        [
            ("2026-11-23T07:30:00+00:00", Language.ZH_HANS, "今天 15:30"),
            ("2026-11-24T01:00:00+00:00", Language.ZH_HANT, "明天 09:00"),
            ("2026-11-28T01:00:00+00:00", Language.ZH_HANS, "11月28日 09:00"),
            ("2026-11-28T01:00:00+00:00", Language.EN, "09:00 on 28 November"),
        ],
    )
    def test_times_are_told_in_the_organisations_zone(self, at: str, language: Language, said: str) -> None:
        assert wording.moment(datetime.fromisoformat(at), NOW, POLICY, language) == said

    @pytest.mark.parametrize(
        ("language", "said"),
        [
            (Language.ZH_HANS, "周一至周五 09:00–18:00、周六 09:00–17:00"),
            (Language.ZH_HANT, "週一至週五 09:00–18:00、週六 09:00–17:00"),
            (Language.EN, "Mon to Fri 09:00–18:00 and Sat 09:00–17:00"),
        ],
    )
    def test_the_weeks_hours_are_said_with_like_days_together(self, language: Language, said: str) -> None:
        assert week.spoken(POLICY.hours, language) == said

    def test_hours_may_be_broken_and_last_until_midnight_or_be_none_at_all(self) -> None:
        broken = Calendar(week={"monday": ("09:00-12:00", "14:00-24:00"), "sunday": ("10:00-11:00",)})  # type: ignore[dict-item,arg-type]
        said = week.spoken(broken, Language.EN)
        assert said == "Mon 09:00–12:00 and 14:00–24:00 and Sun 10:00–11:00"
        assert week.spoken(Calendar(week={}), Language.EN) == "the next working day"

    def test_a_pass_code_is_what_stands_beside_the_number(self) -> None:
        assert pass_code("QT-2026-000001 c3ffqf", "QT-2026-000001") == "C3FFQF"
        assert pass_code("QT-2026-000001 怎么样了", "QT-2026-000001") is None


class TestAskingWhen:
    @pytest.mark.parametrize(
        "text",
        [
            "你们到底什么时候给我答复",
            "那我多久會收到回覆",
            "How long until I get an answer?!",
            "When will I finally hear from you people",
        ],
    )
    def test_is_heard_in_whatever_tone(self, text: str) -> None:
        assert wording.asks_when(text)

    @pytest.mark.parametrize(
        "text",
        ["When I called nobody would answer", "等了多久才有人来", "How long I waited and nobody answered"],
    )
    def test_is_not_telling_when_something_happened(self, text: str) -> None:
        assert not wording.asks_when(text)


class TestAnAnswer:
    def test_whatever_is_wanted_is_a_wish(self) -> None:
        said = casework.answering(turn(message=heard("add_information"), awaited=Step.REMEDY))
        assert said.remedies == (Remedy.OTHER,)

    def test_a_wish_makes_a_complaint_of_a_message_that_looked_like_a_contact(self) -> None:
        wish = heard("give_contact", Kind.OTHER, remedies=(Remedy.REFUND,))
        assert casework.answering(turn(message=wish)).kind is Kind.COMPLAINT

    def test_a_journalists_questions_are_no_complaint(self) -> None:
        press = Hearing(**(CASE | {"type": CaseType.CONTACT}))
        assert casework.answering(turn(case=press)).kind is Kind.OTHER

    def test_who_introduces_themselves_calmly_has_not_complained(self) -> None:
        hello = heard("add_information", Kind.COMPLAINT, signals=(Signal.SPECIAL_IDENTITY,))
        assert casework.answering(turn(message=hello)).kind is Kind.OTHER
        furious = replace(hello, emotion=2)
        assert casework.answering(turn(message=furious)).kind is Kind.COMPLAINT

    @pytest.mark.parametrize(
        ("said", "rating"),
        [
            (heard("rate", **entity("rating", "4")), 4),
            (complaint(), 1),
            (heard("deny"), 1),
            (heard("praise"), None),
        ],
    )
    def test_unhappy_words_are_an_unhappy_rating(self, said: Heard, rating: int | None) -> None:
        assert rating_of(said) == rating

    def test_a_confirmation_holds_only_what_the_ledger_holds(self) -> None:
        said = described(Hearing(**CASE), Language.EN)
        assert said["promise"] == "It is with our team."
        assert said["wish"] == ""


CASE: dict[str, Any] = {
    "number": "QT-2026-000001",
    "pass_code": "C3FFQF",
    "type": "complaint",
    "status": "open",
    "opened": True,
    "reopened": False,
    "stage": "listen",
    "category": "product_quality",
    "severity": "mild",
    "special": False,
    "newly_special": False,
    "reasons": [],
    "owner": None,
    "department": None,
    "due_at": None,
    "remedies": ["other"],
    "story_known": True,
    "contact": "unknown",
    "narrative": "",
    "emotions": [0],
}
