"""What a customer told is said back in their words, turned to them, and admits nothing."""

import re
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
import yaml

from actions.reflection import BREATH, reflect
from ledger.vocabulary import Language

LABELLED = yaml.safe_load(
    (Path(__file__).parent.parent / "data" / "reflections.yml").read_text(encoding="utf-8")
)
MESSAGES = [
    pytest.param(message["said"], message["back"], Language(language), id=message["said"][:30])
    for language, messages in LABELLED.items()
    for message in messages
]
BACK = list(chain.from_iterable(LABELLED.values()))


@pytest.mark.parametrize(("said", "back", "language"), MESSAGES)
def test_the_most_telling_clauses_are_said_back(said: str, back: str, language: Language) -> None:
    assert reflect(said, language).strip() == back


@pytest.mark.parametrize("message", BACK, ids=lambda message: message["said"][:30])
def test_a_reflection_is_short_and_turned_to_the_listener(message: dict[str, Any]) -> None:
    back = message["back"]
    assert not re.search(r"我|你|咱|俺|!|\uff01|\?|\uff1f", back)
    assert not re.search(r"\b(i|me|my|mine|we|us|our)\b", back, re.IGNORECASE)
    assert len(re.findall(r"[㐀-鿿]", back)) <= BREATH[True]
    assert len(re.findall(r"[A-Za-z']+", back)) <= BREATH[False] + 5


@pytest.mark.parametrize("language", Language)
def test_every_script_has_thirty_messages_and_most_can_be_said_back(language: Language) -> None:
    backs = [message["back"] for message in LABELLED[language]]
    assert len(backs) >= 30
    assert sum(map(bool, backs)) >= 0.75 * len(backs)


@pytest.mark.parametrize(
    ("said", "language"),
    [
        ("You charged me twice", Language.EN),
        ("you people cancelled my order twice", Language.EN),
        ("你们扣了我两次钱", Language.ZH_HANS),
        ("你們扣了我兩次錢", Language.ZH_HANT),
    ],
)
def test_what_we_did_is_never_said_as_if_we_admitted_it(said: str, language: Language) -> None:
    back = reflect(said, language)
    assert back
    assert not re.search(r"\bwe\b|我们|我們|you people|你", back, re.IGNORECASE)


@pytest.mark.parametrize("said", ["You lost my luggage", "you never listen, you broke my door"])
def test_what_cannot_be_said_without_us_is_left_to_be_quoted(said: str) -> None:
    assert reflect(said, Language.EN) == ""


@pytest.mark.parametrize(
    ("said", "language"),
    [
        ("锅才用了三个月！今天不给个说法，我就曝光你们", Language.ZH_HANS),
        ("鍋子才用三個月！今天不給個交代，我就爆料", Language.ZH_HANT),
        ("簽了三萬多的設備，根本就是詐騙", Language.ZH_HANT),
        ("The pot is three months old. I am absolutely furious", Language.EN),
    ],
)
def test_an_ultimatum_a_verdict_and_a_feeling_are_not_said_back_as_what_happened(
    said: str, language: Language
) -> None:
    back = reflect(said, language)
    assert ("三" in back) is (language is not Language.EN)
    assert not any(word in back for word in ("不给", "不給", "根本", "furious"))


def test_what_was_said_before_is_not_said_again() -> None:
    before = "修的人来了又走 说配件没有"
    assert reflect("修的人来了又走，我请了三天假", Language.ZH_HANS, known=before) == "您请了三天假。"


def test_words_in_another_language_are_not_said_back() -> None:
    assert reflect("冰箱修了三次", Language.EN) == ""
    assert reflect("The fridge was repaired twice", Language.ZH_HANS) == ""
