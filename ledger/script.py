"""One spelling for what is written three ways, so that patterns and features are stated once.

Folding turns traditional characters into simplified ones, full-width forms into half-width ones and capitals
into small letters, character by character: positions in the folded text are positions in the original.
"""

import unicodedata
from functools import cache

import opencc


def fold(text: str) -> str:
    """The text in one script, width and case; of the same length."""
    return text.translate(_table())


@cache
def _table() -> dict[int, str]:
    narrow = {ord(mark): folded for mark, folded in zip("“”‘’", "\"\"''", strict=True)}
    return _ideographs() | _letters() | narrow


def _ideographs() -> dict[int, str]:
    simplify = opencc.OpenCC("t2s").convert
    pairs = ((code, simplify(chr(code))) for code in range(0x3400, 0xA000))
    return {code: simple for code, simple in pairs if simple != chr(code) and len(simple) == 1}


def _letters() -> dict[int, str]:
    codes = [*range(0x41, 0x250), *range(0xFF01, 0xFF5F)]
    folded = ((code, unicodedata.normalize("NFKC", chr(code)).lower()) for code in codes)
    return {code: letter for code, letter in folded if len(letter) == 1 and letter != chr(code)}


def variants(letter: str) -> str:
    """Every character that ``fold`` makes ``letter`` of, itself first if it is one of them."""
    itself = "" if ord(letter) in _table() else letter
    return itself + _unfolded().get(letter, "")


@cache
def _unfolded() -> dict[str, str]:
    found: dict[str, str] = {}
    for code, folded in _table().items():
        found[folded] = found.get(folded, "") + chr(code)
    return found
