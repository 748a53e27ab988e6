"""What a text names: contacts, numbers, ratings."""

import pytest

from bot.nlu.contacts import entities


def named(text: str) -> dict[str, str]:
    return {name: value for name, value, _, _ in entities(text)}


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("打我手机13800138000", "+8613800138000"),
        ("電話 0912-345-678，下午打", "+886912345678"),
        ("call me at (415) 555-2671", "+14155552671"),
        ("+44 20 7946 0958 after six", "+442079460958"),
    ],
)
def test_phone_numbers_are_found_in_the_form_of_their_country(text: str, number: str) -> None:
    assert named(text)["phone"] == number


def test_an_order_number_is_not_taken_for_a_phone_number() -> None:
    assert named("订单号是13800138000123") == {"order_number": "13800138000123"}


@pytest.mark.parametrize("text", ["QT-2026-000123", "qt2026000123", "编号是QT-2026-000123，到哪了"])
def test_case_numbers_are_found_however_they_are_typed(text: str) -> None:
    assert named(text)["case_number"] == "QT-2026-000123"


def test_an_address_of_mail_is_found_beside_chinese() -> None:
    assert named("邮箱lily.chen@example.com谢谢")["email"] == "lily.chen@example.com"


@pytest.mark.parametrize(
    ("text", "rating"),
    [
        ("5", "5"),
        ("五分", "5"),
        ("给四颗星吧", "4"),
        ("一般", "3"),
        ("不滿意", "2"),
        ("非常不满意", "1"),
        ("very satisfied", "5"),
        ("I'd give it a 2", "2"),
        ("3/5", "3"),
    ],
)
def test_a_message_that_is_only_a_rating_is_a_rating(text: str, rating: str) -> None:
    assert named(text)["rating"] == rating


@pytest.mark.parametrize("text", ["五次都没修好", "等了5天", "5个人一起去的", "I waited 3 hours"])
def test_a_number_in_a_story_is_no_rating(text: str) -> None:
    assert "rating" not in named(text)
