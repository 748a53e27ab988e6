"""The desk's own sentences: there in every language, with the same things filled in."""

from datetime import datetime
from string import Formatter
from zoneinfo import ZoneInfo

import pytest

from bot.bootstrap import SCRIPTS
from bot.nlu.book import read
from bot.scripts import Scripts, day_and_time
from ledger.vocabulary import Language

BOOK = read([SCRIPTS])


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_only_the_desks_own_sentences_are_in_its_file() -> None:
    assert all(name.startswith("desk_") for name in BOOK)


@pytest.mark.parametrize("name", BOOK)
def test_all_wordings_say_the_same_things(name: str) -> None:
    assert len({frozenset(placeholders(wording.text)) for wording in BOOK[name].wordings}) == 1


def test_what_is_filled_in_stands_apart_from_chinese_words() -> None:
    said = Scripts.load(SCRIPTS).say("desk_file_filed", Language.ZH_HANS, number="QT-2026-000123")
    assert " QT-2026-000123 " in said


def test_a_time_is_told_in_the_customers_language() -> None:
    monday = datetime(2026, 11, 23, 9, tzinfo=ZoneInfo("Asia/Shanghai"))
    assert day_and_time(monday, Language.ZH_HANS) == "11月23日周一 09:00"
    assert day_and_time(monday, Language.ZH_HANT) == "11月23日 週一 09:00"
    assert day_and_time(monday, Language.EN) == "Mon, Nov 23 09:00"


@pytest.mark.parametrize("language", Language)
def test_a_second_file_is_acknowledged_in_other_words(language: Language) -> None:
    scripts = Scripts.load(SCRIPTS)
    heard: list[str] = []
    for _ in range(4):
        heard.append(scripts.say("desk_file_filed", language, heard=heard, number="QT-2026-000123"))
    assert len(set(heard)) == 4
    assert scripts.say("desk_file_filed", language, heard=heard, number="QT-2026-000123") == heard[0]
