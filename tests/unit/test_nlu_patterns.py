"""Signals and remedies by their wordings: what is a threat, and what only looks like one."""

from pathlib import Path

import pytest
import yaml

from bot.nlu.lexicon import load
from bot.nlu.patterns import found, grounded
from bot.settings import PROJECT
from ledger.special import SPECIAL_SIGNALS
from ledger.vocabulary import Remedy, Signal

WORDINGS = yaml.safe_load((Path(__file__).parent / "signal_wordings.yml").read_text(encoding="utf-8"))
THREATS = [(signal, text) for signal, texts in WORDINGS["threats"].items() for text in texts]
LEARNT_FROM = [
    (signal, example.removeprefix("- "))
    for file in sorted((PROJECT / "data" / "nlu").glob("*.yml"))
    for block in yaml.safe_load(file.read_text(encoding="utf-8"))["nlu"]
    for signal in (block.get("metadata") or {}).get("signals", ())
    for example in block["examples"].splitlines()
]
"""What the training data say bears a signal: ``(signal, text)``."""


def test_every_signal_and_every_remedy_but_other_has_wordings() -> None:
    assert set(load("signals")) == set(Signal)
    assert set(load("remedies")) == set(Remedy) - {Remedy.OTHER}


@pytest.mark.parametrize(("signal", "text"), THREATS)
def test_a_threat_is_heard_in_whatever_words(signal: str, text: str) -> None:
    assert signal in found("signals", text)


@pytest.mark.parametrize("text", WORDINGS["look_alikes"])
def test_a_look_alike_marks_nobody_as_special(text: str) -> None:
    assert SPECIAL_SIGNALS.isdisjoint(found("signals", text))


@pytest.mark.parametrize("text", WORDINGS["no_extortion"])
def test_nobody_is_accused_for_wanting_back_their_own_or_for_using_their_rights(text: str) -> None:
    assert "extortion" not in found("signals", text)


def test_a_payment_tied_to_exposure_is_put_together_only_from_what_stands_near() -> None:
    threat = "准备好五万。不然后厨的视频就流出去"
    far = "赔我五万。" + "师傅来过一次。" * 4 + "不然我也不会写信。我女儿把视频发到网上了"
    assert "extortion" in found("signals", threat)
    assert "extortion" not in found("signals", far)


def test_what_is_said_of_a_signal_has_grounds_for_it() -> None:
    """The grounds keep a guess in check; they must not keep out what people do say."""
    groundless = [
        text
        for signal, text in LEARNT_FROM
        if not grounded("signals", signal, text) and signal not in found("signals", text)
    ]
    assert len(groundless) <= len(LEARNT_FROM) / 100, groundless


@pytest.mark.parametrize(
    ("signal", "text"),
    [
        ("regulator_threat", "给个说法，再道个歉"),
        ("regulator_threat", "I want an explanation and an apology"),
        ("group_event", "五个人给我打过电话"),
        ("group_event", "会员等级被降了"),
        ("special_identity", "再不解决我就找记者"),
        ("special_identity", "If this is not settled I call a journalist"),
        ("media_threat", "法院见"),
        ("legal_threat", "把年费退给我就行"),
    ],
)
def test_without_an_office_a_crowd_a_role_or_a_public_there_are_no_grounds(signal: str, text: str) -> None:
    assert not grounded("signals", signal, text)


@pytest.mark.parametrize(
    "text", ["my complaint fell on deaf ears", "I fell in love with it", "It slipped my mind"]
)
def test_a_figure_of_speech_hurts_nobody(text: str) -> None:
    assert "injury_safety" not in found("signals", text)


@pytest.mark.parametrize("text", ["我不会找记者的", "I'm not going to sue you", "不想去12315投诉"])
def test_a_denied_threat_is_no_threat(text: str) -> None:
    assert SPECIAL_SIGNALS.isdisjoint(found("signals", text))


def test_a_denial_in_the_condition_leaves_the_threat_standing() -> None:
    assert "media_threat" in found("signals", "再不解决我就找记者")


def test_traditional_characters_and_full_width_marks_are_read_as_the_others() -> None:
    assert found("signals", "我要找記者！") == found("signals", "我要找记者!")


@pytest.mark.parametrize(
    ("text", "remedies"),
    [
        ("换新的 或者退钱", ["refund", "replacement"]),
        ("我要他道歉,賠醫藥費", ["apology", "compensation"]),
        ("I want him fired and the hospital paid", ["compensation", "discipline"]),
        ("just fix it", ["repair"]),
        ("给个说法", ["explanation"]),
        ("你好", []),
    ],
)
def test_what_is_asked_for_is_heard_in_so_many_words(text: str, remedies: list[str]) -> None:
    assert found("remedies", text) == remedies
