"""What says who somebody is, is veiled; what tells the story stays (playbook C1)."""

import pytest

from ledger.anonymous import personal, veil
from ledger.vocabulary import Language

HANS, HANT, EN = Language


@pytest.mark.parametrize(
    ("told", "language", "veiled"),
    [
        ("我叫王小明，冰箱坏了", HANS, "我叫〔姓名〕，冰箱坏了"),
        ("张师傅来了又走", HANS, "〔姓名〕师傅来了又走"),
        ("陳小姐說會回電", HANT, "〔姓名〕小姐說會回電"),
        ("Mr. Smith and Dana Reyes laughed", EN, "Mr. [name] and [name] laughed"),
        ("打我电话 139 1234 5678", HANS, "打我电话 〔号码〕"),
        ("電話0912-345-678", HANT, "電話〔號碼〕"),
        ("call (202) 555-0147 after six", EN, "call ([number] after six"),
        ("邮箱 a.b+c@mail.example.com", HANS, "邮箱 〔邮箱〕"),
        ("订单号：JD20261123001 没到", HANS, "订单号：〔号码〕 没到"),
        ("my order no. A12345", EN, "my order no. [number]"),
        ("编号 QT-2026-000123", HANS, "编号 〔号码〕"),
        ("身份证 11010519491231002X", HANS, "身份证 〔号码〕"),
        ("徐汇区漕溪北路88号3栋502室漏水", HANS, "〔地址〕漏水"),
        ("臺北市信義區松仁路100號5樓", HANT, "〔地址〕"),
        ("the shop at 12 Elm Street, Apt 4 is cold", EN, "the shop at [address] is cold"),
        ("车牌沪A·12345", HANS, "车牌〔车牌〕"),
        ("車牌 ABC-1234", HANT, "車牌 〔車牌〕"),
    ],
)
def test_it_is_veiled_in_three_scripts(told: str, language: Language, veiled: str) -> None:
    assert veil(told, language, people=["Dana Reyes"]) == veiled


@pytest.mark.parametrize(
    "told",
    [
        "冰箱修了三次，2026-11-23 师傅没来，赔了 1299.50 元，3 天后才好",
        "冰箱修了三次，師傅說沒零件",
        "The fridge was repaired three times in 30 days and cost 1,299.50 in the end",
        "那条路上的门店，5 楼，下午 15:30",
    ],
)
def test_what_tells_the_story_stays(told: str) -> None:
    assert personal(told) == []


def test_a_known_name_is_found_in_either_script_and_never_inside_another_word() -> None:
    assert veil("陳淑芬說", HANT, people=["陈淑芬"]) == "〔姓名〕說"
    assert veil("Annual check", EN, people=["Ann"]) == "Annual check"
