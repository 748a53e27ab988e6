"""How long: 等了三天, three weeks, half an hour."""

import re
from collections.abc import Iterator
from typing import Final

from bot.nlu.facts.numbers import CHINESE, ENGLISH, number
from bot.nlu.facts.text import Found, Text, pattern

_UNITS: Final = {
    "Y": r"年|years?",
    "M": r"个月|months?",
    "W": r"个?(?:周|星期|礼拜)|weeks?",
    "D": r"天|日(?!元|本|报|晚|期)|个?晚上?|夜|(?:business |working )?days?|nights?",
    "TH": r"个?(?:半)?(?:小时|钟头)|hours?|hrs?",
    "TM": r"分钟|minutes?|mins?",
}
_UNIT = "|".join(_UNITS.values())
_CHINESE = pattern(
    rf"(?<![\d年月第每某哪.])(?<!星期)(?P<number>(?:{CHINESE})|半)(?P<more>个半(?=小时|钟头|月|星期))?(?:个多)?(?P<unit>{_UNIT})(?P<half>半)?"
    r"(?!之?前|以前|[后之]?内无|无理由|级|小时(?:客服|在线|营业|热线)|保修|款|底|初|度|份)"
)
_ENGLISH = pattern(
    rf"\b(?P<number>{ENGLISH}|half an?|(?<=for )an?|(?<=waited )an?|(?<=over )an?|(?<=than )an?|(?<=took )an?"
    rf"|(?<=nearly )an?|(?<=almost )an?|(?<=about )an?)[ -](?:and a half )?(?:full |whole |long "
    rf"|straight )?(?P<unit>{_UNIT})\b"
    r"(?! ago| old|-old| warranty| pregnant| along)"
)
_A_YEAR_OF_OURS: Final = 1000
"""From here on a number before 年 is a year, not how many."""
_ALL_HOURS = pattern(
    r"24小时(?=客服|在线|营业|热线|服务|开门)|(?<=有)一天|(?<=这)一天|(?<=那)一天|一年四季|一天到晚|半天|三天两头|三天打"
)


def durations(text: Text) -> Iterator[Found]:
    """Durations in ISO 8601."""
    kept = _ALL_HOURS.sub(lambda gone: "·" * len(gone.group()), text.folded)
    for found in (*_CHINESE.finditer(kept), *_ENGLISH.finditer(kept)):
        if value := _iso(found):
            yield Found("duration", value, *found.span())


def _iso(found: re.Match[str]) -> str | None:
    if found["unit"] == "日" and not _is_a_span(found):
        return None
    unit = next(unit for unit, words in _UNITS.items() if re.fullmatch(words, found["unit"]))
    count = _count(found["number"])
    if count is None:
        return None
    if "半" in found["unit"] or "and a half" in found.group() or found.groupdict().get("more"):
        count += 0.5
    if found.groupdict().get("half"):
        count += 0.5
    if count == int(count):
        return f"PT{int(count)}{unit[1]}" if unit[0] == "T" else f"P{int(count)}{unit}"
    return _broken(count, unit)


def _broken(count: float, unit: str) -> str | None:
    """Half of a unit in the next smaller one; half a day is too vague to count."""
    smaller = {"Y": ("M", 12), "M": ("D", 30), "TH": ("M", 60)}
    if unit not in smaller:
        return None
    name, times = smaller[unit]
    return f"P{'T' if unit == 'TH' else ''}{round(count * times)}{name}"


def _is_a_span(found: re.Match[str]) -> bool:
    """三日 is how long after 等了 or before 内; else it is more likely the third."""
    before, after = found.string[: found.start()], found.string[found.end() :]
    return before.endswith(("了", "咗", "足", "过", "近")) or after.startswith(("内", "之内", "后", "以上"))


def _count(said: str) -> float | None:
    if said.startswith("half") or said == "半":
        return 0.5
    if said in ("a", "an"):
        return 1.0
    read = number(said)
    return float(read) if read and read < _A_YEAR_OF_OURS else None
