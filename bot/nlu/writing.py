"""What the characters of a text say about its language and its script."""

import re
from collections import Counter
from functools import cache

import hanzidentifier

from bot.nlu.lexicon import load

_CODE = re.compile(r"https?://\S+|<link>|\S+@\S+|@\w+|(?<![A-Za-z])\w*\d[A-Za-z0-9]*\b|\*+", re.ASCII)
_BARE_CODE = re.compile(r"\s*[A-Z0-9]{6}\s*", re.ASCII)
_WORD = re.compile(r"[A-Za-z]+(?:'[A-Za-z]+)*")
_HAN = re.compile(r"[㐀-鿿]")


class Writing:
    """What the characters of one text say about its language."""

    def __init__(self, text: str) -> None:
        """Count the characters and words of the text; codes, mentions and addresses count for nothing."""
        spoken = "" if _BARE_CODE.fullmatch(text) else _CODE.sub(" ", text)
        self.scripts = Counter(_script(character) for character in _HAN.findall(spoken))
        every_word = [word.lower() for word in _WORD.findall(spoken)]
        self.english = [word for word in every_word if word not in _words()["neutral"]]
        self.function_words = sum(word in _words()["function"] for word in self.english)

    @property
    def language(self) -> str | None:
        """zh-Hans, zh-Hant or en; None when nothing in the text is particular to one of them."""
        if self._is_english:
            return "en"
        return self._chinese

    @property
    def certain(self) -> bool:
        """Whether a conversation should change its language for this text."""
        if self.language == "en":
            return self.function_words > 0 or len(self.english) > 1
        told = [self.scripts["zh-Hans"], self.scripts["zh-Hant"]]
        return max(told) > 3 * min(told)

    @property
    def _is_english(self) -> bool:
        ideographs = self.scripts.total()
        if not ideographs:
            return bool(self.english)
        return self.function_words > 0 and len(self.english) > ideographs

    @property
    def _chinese(self) -> str | None:
        simplified, traditional = self.scripts["zh-Hans"], self.scripts["zh-Hant"]
        if simplified == traditional:
            return None
        return "zh-Hans" if simplified > traditional else "zh-Hant"


@cache
def _script(character: str) -> str:
    scripts = {hanzidentifier.SIMPLIFIED: "zh-Hans", hanzidentifier.TRADITIONAL: "zh-Hant"}
    return scripts.get(hanzidentifier.identify(character), "either")


@cache
def _words() -> dict[str, frozenset[str]]:
    return {name: frozenset(listed.split()) for name, listed in load("english").items()}
