"""The script book as a format: what it must hold, how it says what is missing, which wording is chosen."""

from pathlib import Path
from textwrap import dedent

import pytest

from bot.nlu.book import BookError, Wording, read
from bot.nlu.choosing import least_heard, sentences, turned

WHOLE = """
utter_listen_hello:
  situation: {zh-Hans: 打招呼, zh-Hant: 打招呼, en: a greeting}
  answer:
    zh-Hans: [您好。]
    zh-Hant: [您好。, 在的。]
    en: [Hello.]
"""
SITUATION = "  situation: {zh-Hans: 打招呼, zh-Hant: 打招呼, en: a greeting}\n"
HANT = "    zh-Hant: [您好。, 在的。]\n"
HOT = "    hot: {zh-Hans: [二。], zh-Hant: [二。], en: [Two.]}\n"
DOUBT = """
  doubt: {zh-Hans: 真的吗, zh-Hant: 真的嗎, en: "Really?"}
  answer_to_doubt:
    zh-Hans: [是的。]
    zh-Hant: [是的。]
    en: [It is.]
"""
TONES = """
utter_acknowledge_it:
  situation: {zh-Hans: 一, zh-Hant: 一, en: one}
  answer:
    calm: {zh-Hans: [一。], zh-Hant: [一。], en: [One.]}
    hot: {zh-Hans: [二。], zh-Hant: [二。], en: [Two.]}
"""


@pytest.fixture
def page(tmp_path: Path) -> Path:
    return tmp_path / "listen.yml"


def write(page: Path, text: str) -> list[Path]:
    page.write_text(dedent(text), encoding="utf-8")
    return [page]


def test_an_entry_is_read_by_language(page: Path) -> None:
    entry = read(write(page, WHOLE))["utter_listen_hello"]
    assert entry.situation["en"] == "a greeting"
    assert [wording.text for wording in entry.wordings if wording.language == "zh-Hant"] == [
        "您好。",
        "在的。",
    ]


def test_an_entry_is_read_by_tone_where_the_tone_matters(page: Path) -> None:
    wordings = read(write(page, TONES))["utter_acknowledge_it"].wordings
    assert Wording("en", "hot", "Two.") in wordings
    assert {wording.circumstance for wording in wordings} == {"calm", "hot"}


def test_the_answer_to_a_doubt_is_an_entry_of_its_own(page: Path) -> None:
    book = read(write(page, WHOLE + DOUBT))
    assert book["utter_listen_hello"].doubt["en"] == "Really?"
    assert Wording("en", None, "It is.") in book["utter_listen_hello_doubted"].wordings


def test_a_button_says_natural_words(page: Path) -> None:
    buttons = "\n  buttons: {zh-Hans: {要: 是的}, zh-Hant: {要: 是的}, en: {Please: 'yes'}}"
    entry = read(write(page, WHOLE.rstrip() + buttons))["utter_listen_hello"]
    assert [wording.buttons for wording in entry.wordings if wording.language == "en"] == [
        (("Please", "yes"),)
    ]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (WHOLE.replace(HANT, ""), "utter_listen_hello, answer, zh-Hant: is missing"),
        (WHOLE.replace("[Hello.]", "Hello."), "utter_listen_hello, answer, en: needs a list of sentences"),
        (WHOLE.replace("[Hello.]", "[no]"), "utter_listen_hello, answer, en: False is no text"),
        (WHOLE.replace("zh-Hant: 打招呼, ", ""), "utter_listen_hello, situation, zh-Hant: is missing"),
        (WHOLE.replace("situation:", "when:"), "utter_listen_hello, when: is no part of an entry"),
        (WHOLE.replace(SITUATION, ""), "situation: is missing"),
        (WHOLE.replace("    en: [Hello.]", "    en: [Hello.]\n    fr: [Bonjour.]"), "fr: is no language"),
        (WHOLE + DOUBT.split("  answer_to_doubt")[0], "utter_listen_hello, doubt: needs answer_to_doubt"),
        (TONES.replace(HOT, ""), "answer, hot: is missing"),
        (TONES.replace("zh-Hant: [二。], ", ""), "utter_acknowledge_it, answer, hot, zh-Hant: is missing"),
        (WHOLE + WHOLE, "utter_listen_hello stands twice"),
        ("utter_listen_hello: [", "while parsing"),
    ],
)
def test_a_mistake_is_one_line_with_file_entry_and_language(page: Path, text: str, complaint: str) -> None:
    with pytest.raises(BookError) as caught:
        read(write(page, text))
    assert str(caught.value).startswith("listen.yml: ")
    assert complaint in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_entry_stands_in_one_file_only(page: Path) -> None:
    twin = page.with_name("respond.yml")
    with pytest.raises(BookError, match="utter_listen_hello: stands twice in the book"):
        read([*write(page, WHOLE), *write(twin, WHOLE)])


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("第三次了，人来了又走。这口气该出。", 2),
        ("「沒配件」，等了三天。這件事記在最前面。要怎麼處理？", 3),
        ("That is noted. “Still warm.” What would you like?", 3),
        ("Case QT-2026-000123 is at 15.30 with Dana", 1),
    ],
)
def test_texts_are_compared_sentence_by_sentence(text: str, count: int) -> None:
    assert len(sentences(text)) == count


@pytest.mark.parametrize(
    ("wordings", "said", "chosen"),
    [
        (["记下了。您说。", "都在案上。"], ["记下了。打哪个电话？"], "都在案上。"),
        (["記下來了。您說。", "都在案子裡。"], ["記下來了。還有嗎？"], "都在案子裡。"),
        (["Noted. Go on.", "It is in the file."], ["Noted. Which number?"], "It is in the file."),
    ],
)
def test_one_sentence_heard_before_is_enough_to_say_it_otherwise(
    wordings: list[str], said: list[str], chosen: str
) -> None:
    assert wordings[least_heard(wordings, said) or 0] == chosen


def test_when_all_was_said_what_was_said_longest_ago_returns() -> None:
    wordings = ["A one.", "B two.", "C three."]
    assert least_heard(wordings, ["B two.", "C three.", "A one."]) == 1


def test_the_customers_own_words_in_every_wording_do_not_decide() -> None:
    wordings = ["第三次了。换谁都烦。", "第三次了。这口气该出。"]
    assert least_heard(wordings, ["第三次了。换谁都烦。", "第三次了。"]) == 1


def test_without_a_wording_nothing_is_chosen() -> None:
    assert least_heard([], ["Hello."]) is None


def test_the_order_is_the_same_for_a_conversation_and_differs_between_them() -> None:
    wordings = ["a", "b", "c"]
    assert turned(wordings, "7") == turned(wordings, "7")
    assert {turned(wordings, str(number))[0] for number in range(20)} == {"a", "b", "c"}


def test_a_sentence_is_the_same_though_another_number_and_time_are_filled_in() -> None:
    first = sentences("Case QT-2026-000014, pass-code ERXHBJ, answered by 10:00.")
    second = sentences("Case QT-2026-000015, pass-code 88E7TQ, answered by 9:30.")
    assert first == second
