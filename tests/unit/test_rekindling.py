"""The signs that a solved matter has come up again, each with its reason and its points (playbook D5)."""

from pathlib import Path

import pytest

from bot.console.texts import texts
from bot.wording import Wording
from ledger.policy import Policy, load_policy
from ledger.rekindling import Found, Matter, Told, anchors, enough, of_complaint, of_mention
from ledger.vocabulary import FactKind, Language, RekindlingSign, Signal
from tests.ledger_world import NOON

POLICY = load_policy(Path(__file__).parents[2] / "policy.yml")
FRIDGE = Told(FactKind.PRODUCT, "冰箱", "fridge")
SHOP = Told(FactKind.PLACE, "中山路店", "中山路店")
ORDER = Told(FactKind.ORDER_NUMBER, "DD123456", "DD123456")
SAME_ORDER = Told(FactKind.ORDER_NUMBER, "dd123456", "dd123456")


def matter(text: str = "", *told: Told, category: str = "product_quality", again: bool = False) -> Matter:
    signals = frozenset({Signal.REPEAT_UNRESOLVED}) if again else frozenset[str]()
    return Matter(frozenset({category}), told, text, signals)


def signs(found: tuple[Found, ...]) -> list[str]:
    return [one.sign.value for one in found]


def without(sign: RekindlingSign) -> Policy:
    terms = POLICY.aftercare.rekindling
    fewer = {key: points for key, points in terms.complaint.items() if key is not sign}
    changed = terms.model_copy(update={"complaint": fewer})
    return POLICY.model_copy(
        update={"aftercare": POLICY.aftercare.model_copy(update={"rekindling": changed})}
    )


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        (matter("坏了"), matter("坏了"), ["category"]),
        (matter(category="other"), matter(category="other"), []),
        (matter("", FRIDGE), matter("", Told(FactKind.PRODUCT, "fridge", "fridge")), ["category", "product"]),
        (matter("", SHOP), matter("", Told(FactKind.PLACE, "中山路店", "中山路店")), ["category", "place"]),
        (matter("", ORDER), matter("", SAME_ORDER), ["category", "order_number"]),
        (matter("冰箱起火"), matter("冰箱着火"), ["category", "keyword", "risk"]),
        (matter("冰箱坏了"), matter("洗衣机坏了"), ["category"]),
        (matter("坏了"), matter("还没修", again=True), ["category", "unresolved"]),
    ],
)
def test_what_two_complaints_have_in_common_is_found(before: Matter, after: Matter, found: list[str]) -> None:
    assert signs(of_complaint(before, after, POLICY)) == found


def test_a_sign_is_worth_what_the_policy_says_and_nothing_where_it_is_silent() -> None:
    (category,) = of_complaint(matter(), matter(), POLICY)
    assert category.points == POLICY.aftercare.rekindling.complaint[RekindlingSign.CATEGORY]
    assert of_complaint(matter(), matter(), without(RekindlingSign.CATEGORY)) == ()


def test_the_same_kind_of_complaint_alone_is_not_enough() -> None:
    assert not enough(of_complaint(matter(), matter(), POLICY), POLICY)
    assert enough(of_complaint(matter("", FRIDGE), matter("", FRIDGE), POLICY), POLICY)


def test_one_kind_of_fact_counts_once_however_often_it_was_told() -> None:
    told = [Told(FactKind.PLACE, f"{n}号店", f"{n}号店") for n in range(1, 5)]
    assert signs(of_complaint(matter("", *told), matter("", *told), POLICY)) == ["category", "place"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("在中山路店买的冰箱", ["product", "place"]),
        ("單號 dd123456 沒人管", ["order_number"]),
        ("单号 DD1234567 没人管", []),
        ("冰箱起火", ["product", "risk"]),
        ("冰箱好用", ["product"]),
        ("天气不错", []),
    ],
)
def test_what_is_said_in_public_is_searched_for_what_was_told(text: str, found: list[str]) -> None:
    before = matter("冰箱起火了", FRIDGE, SHOP, ORDER)
    assert signs(of_mention(before, text, POLICY)) == found


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("冰箱不制冷", {FactKind.ORDER_NUMBER, FactKind.PLACE}),
        ("冰箱起火", {FactKind.ORDER_NUMBER, FactKind.PLACE, FactKind.PRODUCT}),
    ],
)
def test_a_product_alone_brings_no_case_into_view_unless_there_is_a_risk(
    text: str, kinds: set[FactKind]
) -> None:
    assert anchors(text, POLICY) == kinds


def test_what_is_told_in_one_letter_is_looked_for_nowhere() -> None:
    assert of_mention(matter("", Told(FactKind.PLACE, "京", "京")), "北京", POLICY) == ()


@pytest.mark.parametrize("language", list(Language))
def test_every_sign_has_its_reason_in_words(language: Language) -> None:
    words = Wording(texts(language), POLICY, NOON)
    told = {"category": "fee_dispute", "what": "DD123456", "topic": "safety"}
    for sign in RekindlingSign:
        assert words.sentence("list_reason", Found(sign, 1, told).sentence)
        assert f"rekindling_sign.{sign}" in texts(language).entries
