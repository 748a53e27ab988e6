"""What each key of the policy decides, in the words of docs/policy.md."""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Final

from bot.settings import PROJECT

PAGE: Final = PROJECT / "docs" / "policy.md"
ROW: Final = re.compile(r"^\| (`[^|]*`) \| (.+) \|$", re.MULTILINE)
KEY: Final = re.compile(r"`([\w.]+)`")
LINK: Final = re.compile(r"\[([^]]*)]\([^)]*\)")


@cache
def meanings(page: Path = PAGE) -> Mapping[str, str]:
    """For each key that has a row there its meaning as plain text; none where the page is not installed."""
    if not page.exists():
        return {}
    told = page.read_text("utf-8").partition("\n## ")[0]
    return {key: _plain(meaning) for keys, meaning in ROW.findall(told) for key in _keys(keys)}


def _keys(cell: str) -> Iterator[str]:
    """The keys of a row; ``.pause`` after ``listening.finished`` is ``listening.pause``."""
    above = ""
    for key in KEY.findall(cell):
        whole = f"{above}{key}" if key.startswith(".") else key
        above = whole.rpartition(".")[0]
        yield whole


def _plain(meaning: str) -> str:
    return LINK.sub(r"\1", meaning).replace("`", "").replace("*", "")
