"""Words that are searched for, as the index and the pattern take them."""

import re

import pytest

from ledger.script import fold, variants
from ledger.words import Words


@pytest.mark.parametrize("letter", ["发", "台", "a", "?", " "])
def test_the_variants_of_a_letter_are_what_is_folded_to_it(letter: str) -> None:
    assert {fold(variant) for variant in variants(letter)} == {letter}
    assert letter in variants(letter)


def test_a_letter_that_is_folded_away_is_no_variant_of_itself() -> None:
    assert "發" not in variants("發")


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ("发票", "把發票給我"),
        ("發票", "发票"),
        ("ab12", "ＡＢ１２"),
        ("退款。", "退款。"),
        ("a.b", "A.B"),
        ("[x]", "[X]"),
    ],
)
def test_words_are_found_in_either_script_width_and_case(words: str, text: str) -> None:
    assert re.search(Words(words).pattern, text)


@pytest.mark.parametrize(("words", "text"), [("a.b", "axb"), ("退款", "退了款"), ("5%", "55"), ("\\", "/")])
def test_words_are_meant_literally(words: str, text: str) -> None:
    assert not re.search(Words(words).pattern, text)


def test_pieces_are_two_characters_or_three_letters_of_one_run() -> None:
    assert Words("冰箱 abcd").query(3) == "('3:冰箱') & ('3:abc') & ('3:bcd')"


def test_what_is_shorter_than_a_piece_is_its_beginning() -> None:
    assert Words("5g!").query(3) == "('3:5g':*)"


def test_a_piece_is_looked_up_in_every_script_it_may_be_written_in() -> None:
    assert set(Words("发票").query(1).strip("()").split(" | ")) == {"'1:发票'", "'1:發票'", "'1:髮票'"}


@pytest.mark.parametrize("words", ["!", "😡", "…… %"])
def test_punctuation_and_pictures_are_not_in_the_index(words: str) -> None:
    assert not Words(words).indexed
