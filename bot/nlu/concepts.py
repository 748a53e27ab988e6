"""Concepts: groups of words that mean the same kind of trouble, found by look-up.

A few training examples that name a "fridge" and a "gearbox" say little about a "dishwasher". Counting
concepts beside words carries what is learnt over to every word of the same group.
"""

from collections import Counter
from collections.abc import Iterator
from functools import cache

from bot.nlu.lexicon import load
from bot.nlu.script import fold

_LONGEST_HAN = 7
_LONGEST_PHRASE = 4


def concepts(text: str, words: list[str]) -> Counter[str]:
    """How often each concept is named, in a text and its words as the tokenizer gives them."""
    return Counter(_in_chinese(fold(text))) + Counter(_in_english(words))


def _in_chinese(folded: str) -> Iterator[str]:
    terms = _terms()
    for start, character in enumerate(folded):
        if character < "㐀":
            continue
        for end in range(start + 1, min(start + _LONGEST_HAN, len(folded)) + 1):
            yield from terms.get(folded[start:end], ())


def _in_english(words: list[str]) -> Iterator[str]:
    terms, stems = _terms(), _stems()
    for start, word in enumerate(words):
        for length in range(1, _LONGEST_PHRASE + 1):
            phrase = words[start : start + length]
            if word.isascii() and len(phrase) == length:
                yield from terms.get(" ".join(phrase), ())
        for end in range(3, len(word) + 1):
            yield from stems.get(word[:end], ())


@cache
def _terms() -> dict[str, tuple[str, ...]]:
    return _index(term for term in _entries() if not term[1].endswith("*"))


@cache
def _stems() -> dict[str, tuple[str, ...]]:
    return _index((concept, term[:-1]) for concept, term in _entries() if term.endswith("*"))


def _entries() -> Iterator[tuple[str, str]]:
    for concept, listed in load("concepts").items():
        for term in ",".join(listed.values()).split(","):
            yield concept, fold(term.strip())


def _index(entries: Iterator[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    index: dict[str, tuple[str, ...]] = {}
    for concept, term in entries:
        index[term] = (*index.get(term, ()), concept)
    return index
