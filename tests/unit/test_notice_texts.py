"""The words staff are told stand in three languages, alike."""

import string

import pytest
import yaml

from bot.notices import texts
from ledger.vocabulary import Language, NoticeKind

TEXTS = texts._texts()


def names_in(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("key", TEXTS)
def test_every_text_exists_in_every_language_with_the_same_names(key: str) -> None:
    translations = TEXTS[key]
    assert set(translations) == {language.value for language in Language}
    assert all(translations.values())
    assert len({frozenset(names_in(text)) for text in translations.values()}) == 1


@pytest.mark.parametrize("kind", NoticeKind)
def test_every_kind_of_notice_has_a_title(kind: NoticeKind) -> None:
    assert texts.known(f"title.{kind.value}")


def test_every_mapping_at_the_bottom_is_a_text() -> None:
    written = yaml.safe_load(texts.FILE.read_text(encoding="utf-8"))
    assert len(TEXTS) == sum(1 for _ in bottoms(written))


def bottoms(node: dict[str, object]):  # type: ignore[no-untyped-def]
    if not any(isinstance(value, dict) for value in node.values()):
        yield node
    for value in node.values():
        if isinstance(value, dict):
            yield from bottoms(value)


def test_traditional_wording_is_not_simplified() -> None:
    for key, translations in TEXTS.items():
        assert not set(translations["zh-Hant"]) & set("请确认户时这里发绑号权访"), key
