"""Signals and remedies by their wordings: what is a threat, and what only looks like one."""

from pathlib import Path

import pytest
import yaml

from bot.nlu.lexicon import load
from bot.nlu.patterns import found
from ledger.special import SPECIAL_SIGNALS
from ledger.vocabulary import Remedy, Signal

WORDINGS = yaml.safe_load((Path(__file__).parent / "signal_wordings.yml").read_text(encoding="utf-8"))
THREATS = [(signal, text) for signal, texts in WORDINGS["threats"].items() for text in texts]


def test_every_signal_and_every_remedy_but_other_has_wordings() -> None:
    assert set(load("signals")) == set(Signal)
    assert set(load("remedies")) == set(Remedy) - {Remedy.OTHER}


@pytest.mark.parametrize(("signal", "text"), THREATS)
def test_a_threat_is_heard_in_whatever_words(signal: str, text: str) -> None:
    assert signal in found("signals", text)


@pytest.mark.parametrize("text", WORDINGS["look_alikes"])
def test_a_look_alike_marks_nobody_as_special(text: str) -> None:
    assert SPECIAL_SIGNALS.isdisjoint(found("signals", text))


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
