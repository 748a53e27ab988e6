"""Names that a lexicon lists: one expression for all of them, and what each stands for."""

import re
from functools import cache

from bot.nlu.lexicon import load
from bot.nlu.script import fold

_NOTHING = "(?!)"


@cache
def listed(lexicon: str) -> tuple[re.Pattern[str], dict[str, str]]:
    """The expression that finds the terms of a lexicon in folded text, the longest first, and each one's key.

    The file has ``key: {zh: a,b, en: c,d}``; an English term is a word or its plural.
    """
    keys: dict[str, str] = {}
    for key, terms in load(lexicon).items():
        for term in ",".join(terms.values()).split(","):
            keys.setdefault(fold(term.strip()), key)
    found = "|".join(_frame(term) for term in sorted(keys, key=len, reverse=True))
    return re.compile(found or _NOTHING, re.ASCII), keys


def _frame(term: str) -> str:
    return rf"\b{re.escape(term)}\b" if term.isascii() else re.escape(term)
