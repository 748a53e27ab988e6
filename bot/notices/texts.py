"""The words staff are told, from ``texts.yml``."""

from functools import cache
from pathlib import Path
from typing import Any

import yaml

from ledger.vocabulary import Language

FILE = Path(__file__).with_name("texts.yml")


def say(key: str, language: Language, **values: object) -> str:
    """The text at ``key`` (``title.breach``) in ``language``, filled in; KeyError for an unknown key."""
    return _texts()[key][language.value].format_map(values)


def known(key: str) -> bool:
    """Whether there is a text at ``key``."""
    return key in _texts()


@cache
def _texts() -> dict[str, dict[str, str]]:
    return dict(_leaves("", yaml.safe_load(FILE.read_text(encoding="utf-8"))))


def _leaves(path: str, node: dict[str, Any]) -> list[tuple[str, dict[str, str]]]:
    """Every text with its dotted key; a text is a mapping whose keys are languages."""
    if all(key in set(Language) for key in node):
        return [(path, node)]
    return [leaf for key, below in node.items() for leaf in _leaves(f"{path}.{key}".lstrip("."), below)]
