"""The desk's own sentences: there in every language, with the same things filled in."""

from datetime import datetime
from string import Formatter
from zoneinfo import ZoneInfo

import pytest
import yaml

from bot.bootstrap import SCRIPTS
from bot.scripts import Scripts, day_and_time
from ledger.vocabulary import Language

SENTENCES = yaml.safe_load(SCRIPTS.read_text(encoding="utf-8"))["sentences"]


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize("name", SENTENCES)
def test_a_sentence_says_the_same_things_in_every_language(name: str) -> None:
    assert set(SENTENCES[name]) == set(Language)
    assert len({frozenset(placeholders(text)) for text in SENTENCES[name].values()}) == 1


@pytest.mark.parametrize("name", SENTENCES)
def test_no_sentence_shouts(name: str) -> None:
    assert not any(mark in text for text in SENTENCES[name].values() for mark in "!!")


def test_a_sentence_missing_in_one_language_is_refused() -> None:
    with pytest.raises(KeyError):
        Scripts({"hello": {"en": "Hello"}})


def test_a_time_is_told_in_the_customers_language() -> None:
    monday = datetime(2026, 11, 23, 9, tzinfo=ZoneInfo("Asia/Shanghai"))
    assert day_and_time(monday, Language.ZH_HANS) == "11月23日周一 09:00"
    assert day_and_time(monday, Language.ZH_HANT) == "11月23日 週一 09:00"
    assert day_and_time(monday, Language.EN) == "Mon, Nov 23 09:00"
