"""Numbers as people write them: 2,000, 1.5万, 两百多, 十几, two thousand, a couple of, dozens."""

import re
from decimal import Decimal
from typing import Final

import cn2an
from text_to_num import text2num

from bot.nlu.facts.text import pattern

_DIGITS = r"\d{1,3}(?:,\d{3}){1,4}(?:\.\d{1,2})?|\d{1,9}(?:\.\d{1,4})?"
_HAN = r"[零〇一二三四五六七八九十百千万亿两俩仨廿壹贰叁肆伍陆柒捌玖拾佰仟几数]"
_WORD = (
    r"(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|(?:thir|four|fif|six|seven|eigh|nine)teen"
    r"|(?:twen|thir|for|fif|six|seven|eigh|nine)ty|hundred|thousand|million)"
)

CHINESE: Final = rf"(?:好?(?:{_DIGITS})(?:\s?[百千万亿])?|{_HAN}{{1,12}})[多几余来]?(?:万|亿)?"
"""Digits or characters, with "and some more" behind them."""
ENGLISH: Final = (
    rf"(?:(?:{_DIGITS})(?:k\b| (?:hundred|thousand|million|grand)\b)?|a couple(?: of)?|a dozen|two dozen"
    rf"|dozens"
    rf"|hundreds|(?:a )?{_WORD}(?:(?: and |[ -]){_WORD}){{0,8}})"
)
_SET: Final = {
    "a couple": 2,
    "a couple of": 2,
    "a dozen": 12,
    "two dozen": 24,
    "dozens": 24,
    "hundreds": 200,
    "俩": 2,
    "仨": 3,
}
_TIMES: Final = {"k": 1000, "hundred": 100, "thousand": 1000, "grand": 1000, "million": 1_000_000}
_WITH_DIGITS = pattern(rf"({_DIGITS})\s?(k|hundred|thousand|million|grand)?")


def number(said: str) -> Decimal | None:
    """What a number comes to, at the least ("hundreds", 几百 and 两百多 are 200); None for no number."""
    said = said.strip()
    if said in _SET:
        return Decimal(_SET[said])
    try:
        return _english(said) if said.isascii() else _chinese(said)
    except (ArithmeticError, LookupError, ValueError):
        return None


def whole(said: str) -> int | None:
    """The same as a whole number."""
    read = number(said)
    return None if read is None else int(read)


def _english(said: str) -> Decimal:
    if found := _WITH_DIGITS.fullmatch(said):
        return Decimal(found[1].replace(",", "")) * _TIMES.get(found[2] or "", 1)
    return Decimal(text2num(re.sub(r"^a ", "one ", said), "en"))


def _chinese(said: str) -> Decimal:
    told = (
        re.sub("[多余来]", "", said.removeprefix("好").removeprefix("上"))
        .replace("廿", "二十")
        .replace(",", "")
    )
    told = re.sub(
        "(?<![一二三四五六七八九])([一二三四五六七八九])[一二三四五六七八九](?=[十百千万]|$)", r"\1", told
    )
    told = re.sub("^(?=[百千万亿])", "一", told)
    told = re.sub("^[几数](?=[十百千万])", "二", re.sub("(?<=[十百千])几", "", told))
    return Decimal(str(cn2an.cn2an(told.replace(" ", ""), "smart")))
