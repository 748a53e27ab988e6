"""Which answer a doubt gets (playbook A5)."""

import pytest

from actions.doubt import ANY, TOLD_ALONG, answer_to, doubts
from ledger.vocabulary import Language

NO_WORDS_OF_THE_BOOK = "呵呵"


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
    assert answer_to(said, NO_WORDS_OF_THE_BOOK, Language.ZH_HANS) == answer


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("说了有用吗", Language.ZH_HANS),
        ("講了有用嗎", Language.ZH_HANT),
        ("would it even make a difference", Language.EN),
    ],
)
def test_a_doubt_in_the_words_of_the_book_is_answered_though_something_else_was_said_since(
    text: str, language: Language
) -> None:
    said = ("utter_listen_remedy", "utter_listen_contact")
    assert answer_to(said, text, language) == "utter_listen_remedy_doubted"
    assert answer_to(said, NO_WORDS_OF_THE_BOOK, language) == "utter_listen_contact_doubted"


def test_that_headquarters_was_told_can_be_doubted_though_it_was_told_along() -> None:
    said = (*TOLD_ALONG, "utter_respond_confirm")
    assert answer_to(said, "總公司？騙誰啊", Language.ZH_HANT) == "utter_acknowledge_threat_doubted"


def test_the_book_knows_what_can_be_doubted() -> None:
    assert set(doubts()["utter_feedback_status_open"]) == set(Language)
    assert "utter_respond_okay" not in doubts()


@pytest.mark.parametrize("language", Language)
def test_each_doubt_of_the_book_is_known_by_its_words(language: Language) -> None:
    said = tuple(doubts())
    taken = {script: answer_to(said, doubt[language], language) for script, doubt in doubts().items()}
    assert taken == {script: f"{script}_doubted" for script in doubts()}
