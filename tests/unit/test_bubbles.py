"""What belongs together is said in one message."""

import pytest

from bot.bubbles import in_bubbles
from ledger.services.messages import Reply
from ledger.vocabulary import Stage

FEELING = Reply("第三次了，冰箱还是坏的。换谁都烦。", Stage.ACKNOWLEDGE, "utter_acknowledge_repeated")
QUESTION = Reply("您最想要什么？", Stage.LISTEN, "utter_listen_remedy")
WORD = Reply("编号 QT-2026-000001。", Stage.RESPOND, "utter_respond_confirm")
DESK = Reply("文件收到了。", None, "desk_file_kept")


def test_a_feeling_and_the_question_after_it_are_one_message() -> None:
    [bubble] = in_bubbles([FEELING, QUESTION])
    assert bubble.text == "第三次了，冰箱还是坏的。换谁都烦。您最想要什么？"
    assert bubble.stage is Stage.ACKNOWLEDGE
    assert bubble.script == "utter_acknowledge_repeated+utter_listen_remedy"


def test_our_word_stands_by_itself_and_what_is_said_with_it_joins_it() -> None:
    taken = Reply("记好了。", Stage.RESPOND, "utter_respond_contact_taken")
    assert [bubble.text for bubble in in_bubbles([FEELING, taken, WORD])] == [
        FEELING.text,
        "记好了。编号 QT-2026-000001。",
    ]


def test_english_sentences_are_joined_with_a_space() -> None:
    said = [Reply("Anyone would be fuming.", Stage.ACKNOWLEDGE), Reply("What happened?", Stage.LISTEN)]
    assert in_bubbles(said)[0].text == "Anyone would be fuming. What happened?"


def test_buttons_end_a_message() -> None:
    asked = Reply("是这样吗？", Stage.LISTEN, buttons=[{"title": "是", "payload": "是的"}])
    assert in_bubbles([FEELING, asked])[0].buttons == asked.buttons
    assert in_bubbles([asked, QUESTION]) == [asked, QUESTION]


@pytest.mark.parametrize("said", [[DESK, FEELING], [FEELING, DESK], [DESK, DESK]])
def test_the_desks_own_sentences_stand_alone(said: list[Reply]) -> None:
    assert in_bubbles(said) == said


def test_what_is_too_long_to_read_at_once_is_not_joined() -> None:
    long = Reply("您" * 175 + "。", Stage.ACKNOWLEDGE)
    assert in_bubbles([long, QUESTION]) == [long, QUESTION]
