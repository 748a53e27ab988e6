"""How long the desk listens before it answers (docs/conversation.md, "Listening")."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from ledger.listening import Said, goes_on, listen_until
from ledger.policy import Listening
from ledger.vocabulary import Signal

START = datetime(2026, 11, 23, 4, tzinfo=UTC)
RULE = Listening()
FINISHED, PAUSE, UNFINISHED, LONGEST = (
    length.total_seconds() for length in (RULE.finished, RULE.pause, RULE.unfinished, RULE.longest)
)


def said(text: str, after: float = 0, intent: str | None = None, signals: Sequence[str] = ()) -> Said:
    """A message so many seconds after the first."""
    return Said(text, START + timedelta(seconds=after), intent, signals)


def seconds(*messages: Said, asked: bool = False, typed_after: float | None = None) -> float:
    """How long after the first message the desk answers."""
    typed_at = None if typed_after is None else START + timedelta(seconds=typed_after)
    return (listen_until(messages, RULE, asked=asked, typed_at=typed_at) - START).total_seconds()


@pytest.mark.parametrize(
    "text",
    [
        "我上个月买的冰箱,",
        "我上個月買的冰箱，",
        "I bought a fridge last month,",
        "我很生气，因为",
        "我很生氣，因為",
        "I am so angry because",
        "修了三次了，还有",
        "修了三次了，還有",
        "It was repaired three times and",
        "事情是这样的。",
        "事情是這樣的：",
        "Here’s what happened:",
        "你好，我要投诉！",
        "你好，我要投訴",
        "Hello, I want to complain.",
        "怎么说呢……",
        "算了。。。",
        "well...",
    ],
)
def test_what_ends_open_goes_on(text: str) -> None:
    assert goes_on(text)
    assert seconds(said(text)) == UNFINISHED
    assert seconds(said(text), asked=True) == UNFINISHED


@pytest.mark.parametrize(
    "text",
    [
        "冰箱坏了三天，没人来修。",
        "冰箱壞了三天，沒人來修。",
        "My fridge has been broken for three days.",
        "你们到底管不管？",
        "你們到底管不管？",
        "Does anybody care?",
        "冰箱坏了三天没人来修，打电话也不接！",
        "冰箱壞了三天沒人來修，打電話也不接！",
        "My fridge has been broken for three days now!",
    ],
)
def test_a_closing_mark_after_a_story_or_a_question_is_an_end(text: str) -> None:
    assert not goes_on(text)
    assert seconds(said(text)) == FINISHED


@pytest.mark.parametrize("text", ["你们这破冰箱！！！", "你們這爛冰箱！！！", "Your rotten fridge!!!"])
def test_an_outburst_is_a_beginning_and_as_an_answer_an_end(text: str) -> None:
    assert seconds(said(text)) == UNFINISHED
    assert seconds(said(text), asked=True) == PAUSE


@pytest.mark.parametrize("text", ["冰箱坏了", "冰箱壞了", "my fridge broke"])
def test_a_few_words_without_a_mark_are_a_beginning_and_as_an_answer_may_be_an_end(text: str) -> None:
    assert seconds(said(text)) == UNFINISHED
    assert seconds(said(text), asked=True) == PAUSE


@pytest.mark.parametrize(
    "text",
    [
        "我上个月在你们店买的冰箱坏了三次",
        "我上個月在你們店買的冰箱壞了三次",
        "I bought a fridge from you last month and it broke",
    ],
)
def test_a_story_without_a_mark_may_be_an_end(text: str) -> None:
    assert seconds(said(text)) == PAUSE


@pytest.mark.parametrize("text", ["你好", "您好", "hello"])
def test_a_greeting_is_not_kept_waiting_for_long(text: str) -> None:
    assert seconds(said(text, intent="greet")) == PAUSE


@pytest.mark.parametrize("text", ["没有一点结果", "什么都没说好", "nobody will listen", "I think so"])
def test_a_word_that_also_ends_sentences_is_no_sign(text: str) -> None:
    assert not goes_on(text)


@pytest.mark.parametrize("text", ["", " "])
def test_a_file_without_words_may_be_followed_by_some(text: str) -> None:
    assert seconds(said(text)) == PAUSE


@pytest.mark.parametrize("signal", [Signal.INJURY_SAFETY, Signal.SELF_HARM, Signal.VIOLENCE_THREAT])
def test_danger_is_answered_at_once_even_in_the_middle_of_a_sentence(signal: Signal) -> None:
    assert seconds(said("插座冒火，我手", signals=[signal]), typed_after=1) == 0
    assert seconds(said("你们这破冰箱！"), said("烫伤了，", 3, signals=[signal])) == 3
    assert seconds(said("烫伤了", signals=[signal]), said("还有", 1)) == 1


def test_a_threat_to_go_public_is_no_such_danger() -> None:
    assert seconds(said("我要找记者", signals=[Signal.MEDIA_THREAT])) == UNFINISHED


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("转人工", "ask_human"),
        ("轉真人", "ask_human"),
        ("a human please", "ask_human"),
        ("是的", "affirm"),
        ("不用", "deny"),
        ("no", "deny"),
        ("5", "rate"),
    ],
)
def test_what_is_whole_is_answered_at_once(text: str, intent: str) -> None:
    assert seconds(said(text, intent=intent)) == 0


@pytest.mark.parametrize(
    "text", ["13800138000", "我的电话 138-0013-8000", "my number is +86 138 0013 8000", "mail me: a@b.cn"]
)
def test_a_number_or_an_address_by_itself_is_whole(text: str) -> None:
    assert seconds(said(text)) == 0


def test_a_yes_that_goes_on_is_not_whole() -> None:
    assert seconds(said("是的，但是", intent="affirm")) == UNFINISHED
    assert seconds(said("不是这样，那天来的师傅态度很差还收了钱", intent="deny")) == PAUSE


def test_every_further_message_is_listened_to_anew() -> None:
    assert seconds(said("你们这破冰箱！"), said("修了三次还是坏的，今天又不制冷。", 4)) == 4 + FINISHED


def test_the_second_message_in_a_row_is_no_mere_answer() -> None:
    assert seconds(said("上周三"), said("师傅来过", 1), asked=True) == 1 + UNFINISHED


def test_a_short_message_after_a_story_is_its_end() -> None:
    story = said("冰箱坏了三天，没人来修，打电话也不接")
    assert seconds(story, said("气死人了！", 1)) == 1 + FINISHED
    assert seconds(story, said("真的", 1)) == 1 + PAUSE


def test_nobody_is_listened_to_for_longer_than_the_longest() -> None:
    messages = [said("还有，", after) for after in range(0, 20, 4)]
    assert seconds(*messages[:4]) == LONGEST
    assert seconds(*messages, typed_after=19) == LONGEST


def test_who_is_writing_is_listened_to_a_little_longer() -> None:
    story = said("冰箱坏了三天，没人来修。")
    assert seconds(story, typed_after=0.5) == 0.5 + RULE.typing.total_seconds()


def test_writing_the_message_itself_is_no_sign_of_another() -> None:
    assert (
        seconds(said("你们这破冰箱！"), said("冰箱坏了三天，没人来修。", 3), typed_after=2.9) == 3 + FINISHED
    )
