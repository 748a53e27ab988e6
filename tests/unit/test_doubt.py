"""Which answer a doubt gets (playbook A5)."""

import pytest

from actions.doubt import ANY, answer_to, answered


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        (("utter_acknowledge_anger", "utter_respond_confirm"), "utter_respond_confirm_doubted"),
        (("utter_respond_confirm", "utter_respond_thank"), "utter_respond_confirm_doubted"),
        (
            ("utter_acknowledge_anger", "utter_respond_confirm", "utter_respond_confirm_doubted"),
            "utter_acknowledge_anger_doubted",
        ),
        (("utter_respond_confirm", "utter_respond_confirm_doubted"), ANY),
        (("utter_listen_greet",), ANY),
        ((), ANY),
    ],
)
def test_the_last_thing_said_that_can_be_doubted_is_answered_once(said: tuple[str, ...], answer: str) -> None:
    assert answer_to(said) == answer


def test_the_book_knows_what_can_be_doubted() -> None:
    assert "utter_feedback_status_open" in answered()
    assert "utter_respond_okay" not in answered()
