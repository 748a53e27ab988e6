"""Where one clause of a message ends and the next begins."""

import pytest

from bot.nlu.clauses import clauses


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        (
            "洗碗机第二次用就漏了一地的水。打电话报修,接线的人一上来就吼我。",
            ["洗碗机第二次用就漏了一地的水。", "打电话报修, 接线的人一上来就吼我。"],
        ),
        (
            "The dryer died after nine days. Then your agent called me stupid and hung up.",
            ["The dryer died after nine days.", "Then your agent called me stupid and hung up."],
        ),
        ("电饭煲坏了\n打了五次电话你们都没有人来看一眼", ["电饭煲坏了 打了五次电话你们都没有人来看一眼"]),
    ],
)
def test_a_clause_is_long_enough_to_say_something(text: str, parts: list[str]) -> None:
    assert clauses(text) == parts


@pytest.mark.parametrize("text", ["", "…", "退钱", "I paid $3.15 at www.shop.example today"])
def test_what_has_no_parts_is_one_clause(text: str) -> None:
    assert clauses(text) == [text]


def test_nothing_of_a_message_is_lost() -> None:
    text = "冰箱修了三次,还是不冷;上门的师傅态度很差!算了,退钱"
    assert "".join(clauses(text)).replace(" ", "") == text
