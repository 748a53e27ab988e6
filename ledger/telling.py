"""How much a text tells."""

import re
from typing import Final

ENOUGH_TOLD: Final = 12
"""Chinese characters, or twice as many English words' worth, that make a story one can say back."""
ENOUGH_BESIDE_A_CONTACT: Final = 8
EMAIL: Final = re.compile(r"\S+@\S+")
WORD: Final = re.compile(r"[a-zA-Z']+")
HAN: Final = re.compile(r"[㐀-鿿]")


def words_told(text: str) -> int:
    """How much a text tells: a Chinese character counts one, an English word two."""
    text = EMAIL.sub(" ", text)
    return len(HAN.findall(text)) + 2 * len(WORD.findall(text))
