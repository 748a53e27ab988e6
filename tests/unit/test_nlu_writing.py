"""Which language a text is in."""

import pytest

from bot.nlu.writing import Writing


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("你们的冰箱修了三次都没修好", "zh-Hans"),
        ("你們的冰箱修了三次都沒修好", "zh-Hant"),
        ("三次了,师傅还是不来", "zh-Hans"),
        ("沒有人理我", "zh-Hant"),
        ("My fridge is broken", "en"),
        ("refund please", "en"),
        ("iPhone 15 Pro Max 坏了", "zh-Hans"),
        ("Q3L e-tron的4S店服务态度差", "zh-Hans"),
        ("I bought 蚂蚁 brand shoes and they fell apart in a week", "en"),
    ],
)
def test_the_larger_part_of_a_text_decides_its_language(text: str, language: str) -> None:
    assert Writing(text).language == language


@pytest.mark.parametrize("text", ["好的", "13800138000", "…", "👍", "ok", "QT-2026-000123", "a@b.com", ""])
def test_a_text_without_anything_particular_has_no_language(text: str) -> None:
    assert Writing(text).language is None


def test_one_english_word_does_not_make_a_conversation_english() -> None:
    assert not Writing("refund").certain
    assert Writing("I want a refund").certain


def test_one_stray_character_of_the_other_script_is_no_doubt() -> None:
    assert Writing("你們的客服态度真的很差勁，讓人無法接受").certain


def test_scripts_mixed_half_and_half_are_not_certain() -> None:
    assert not Writing("客訴处理").certain


def test_a_pass_code_alone_is_in_no_language() -> None:
    assert Writing("XBGFBH").language is None
