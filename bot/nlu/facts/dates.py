"""Dates and times of day, absolute and relative, as the moments that ledger/moments.py resolves."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Final

from bot.nlu.facts.numbers import CHINESE, ENGLISH, whole
from bot.nlu.facts.text import Found, Text, pattern

Said = defaultdict[str, str]
"""The parts of a wording by name; empty where it has none of that name."""
Read = Callable[[Said], str | None]

_NEAR: Final = {
    "大前天|three days ago": "-P3D",
    "前天|前日|the day before yesterday|day before yesterday": "-P2D",
    "昨[天日晚夜儿早]|[寻琴噚]日|[寻琴噚]晚|yesterday|last night": "-P1D",
    "今[天日晚早晨儿]|today|this (?:morning|afternoon|evening)|tonight": "-P0D",
    "大后天": "+P3D",
    "后天|後日|the day after tomorrow": "+P2D",
    "明[天日晚早]|听日|tomorrow": "+P1D",
    "大前年": "-P3Y",
    "前年": "-P2Y",
    "去年|last year": "-P1Y",
    "今年|this year": "-P0Y",
    "明年|next year": "+P1Y",
    "上上个?月": "-P2M",
    "上个?月|last month": "-P1M",
    "(?:这|本|当)个?月(?!饼)|this month": "-P0M",
    "下个?月|next month": "+P1M",
}
_WEEKS: Final = {"上上": "-P2W", "上": "-P1W", "这": "-P0W", "本": "-P0W", "今": "-P0W", "下": "+P1W"}
_WEEKDAYS: Final = {"一": 1, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "日": 7, "天": 7, "末": 6}
_DAY_NAMES: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY_NAME = r"(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?"
_MONTH_NAMES: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH_NAME = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)\b\.?"
)
_UNITS: Final = {
    "Y": "年|years?",
    "M": "个?月|months?",
    "W": "个?(?:周|星期|礼拜)|weeks?",
    "D": "天|日|days?",
    "H": "个?(?:小时|钟头)|hours?",
}
_UNIT = "|".join(_UNITS.values())


def _near(said: Said) -> str | None:
    moment = next(moment for words, moment in _NEAR.items() if re.fullmatch(words, said["near"]))
    if said["month"]:
        return _joined(moment, whole(said["month"]), whole(said["day"]))
    return _joined(moment, whole(said["of_month"])) if said["of_month"] else moment


def _week(said: Said) -> str:
    if not said["week"]:
        return f"-W-{_WEEKDAYS[said['weekday']]}"
    day = f"-{_WEEKDAYS[said['weekday']]}" if said["weekday"] else ""
    return _WEEKS[said["week"]] + day


def _english_week(said: Said) -> str:
    if said["next"]:
        return "+P1W" + (f"-{_day(said['day'])}" if said["day"] else "")
    return f"-W-{_day(said['day'])}" if said["day"] else ("-P0W" if said["this"] else "-P1W")


def _ago(said: Said) -> str | None:
    count = {"a": 1, "an": 1, "半": None}.get(said["count"], whole(said["count"]))
    unit = next(unit for unit, words in _UNITS.items() if re.fullmatch(words, said["unit"]))
    if count is None:
        return None
    return f"-PT{count}H" if unit == "H" else f"-P{count}{unit}"


def _calendar(said: Said) -> str | None:
    year, month, day = (whole(said[part]) for part in ("year", "month", "day"))
    if month is None or not 1 <= month <= 12 or (day is not None and not 1 <= day <= 31):
        return None
    return _joined(f"{year:04}" if year else "-", month, day)


def _year(said: Said) -> str:
    return said["year"] or said["since"]


def _day_of_month(said: Said) -> str | None:
    day = whole(said["day"])
    return f"---{day:02}" if day and day <= 31 else None


def _named_month(said: Said) -> str | None:
    month = _MONTH_NAMES.index(said["month"][:3]) + 1
    day = said["day"] or said["first"]
    return _joined(said["year"] or "-", month, int(day) if day else None)


def _bare_month(said: Said) -> str:
    return _joined(said["year"] or "-", _MONTH_NAMES.index(said["month"][:3]) + 1)


def _american(said: Said) -> str | None:
    month, day = int(said["month"]), int(said["day"])
    if month > 12:
        month, day = day, month
    year = said["year"]
    return _joined(f"20{year[-2:]}" if year else "-", month, day) if 1 <= month <= 12 and day <= 31 else None


def _clock(said: Said) -> str | None:
    hour, part = whole(said["hour"]), said["part"]
    minute = 30 if said["half"] else 15 if said["quarter"] else whole(said["minute"]) or 0
    return _time(hour, minute, _afternoon(part)) if hour is not None else None


def _english_clock(said: Said) -> str | None:
    if said["named"]:
        return "T12:00" if said["named"] == "noon" else "T00:00"
    later = {"p": True, "a": False}.get(said["half"][:1])
    return _time(int(said["hour"]), int(said["minute"] or 0), later)


_CALENDAR_DAY = (
    rf"(?:(?P<month>\d{{1,2}}|{CHINESE})月(?:份|初|底|末|中旬|头)?(?:(?P<day>\d{{1,2}}|{CHINESE})[日号]?)?)"
)
_PART = "凌晨|清早|一早|早上|早晨|上午|中午|午后|下午|傍晚|晚上|晚间|夜里|半夜|深夜|朝早|下昼|夜晚"
_DAYS: Final[tuple[tuple[re.Pattern[str], Read], ...]] = (
    (
        pattern(
            rf"(?<![从以])(?P<near>{'|'.join(_NEAR)})(?:的?(?P<month>\d{{1,2}}|{CHINESE})月(?:份|初|底|中旬)?"
            rf"(?:(?P<day>\d{{1,2}}|{CHINESE})[日号])?|(?P<of_month>\d{{1,2}}|{CHINESE})[日号])?"
        ),
        _near,
    ),
    (
        pattern(
            r"(?P<week>上上|上|这|本|今|下)个?(?:周|星期|礼拜)(?!边|围|年|期)(?P<weekday>[一二三四五六日天末])?"
        ),
        _week,
    ),
    (
        pattern(r"(?<!每)(?<!每个)(?:周|星期|礼拜)(?P<weekday>[一二三四五六日天](?!到|至|早|文))"),
        _week,
    ),
    (
        pattern(
            rf"\b(?:(?P<next>next|coming)|(?P<this>this)|last|past|on|since|until|by) (?:"
            rf"(?P<day>{_DAY_NAME})\b|week\b)"
        ),
        _english_week,
    ),
    (
        pattern(rf"(?P<count>{CHINESE})(?:多)?个?(?P<unit>{_UNIT})(?:之前|以前|前)(?!台|任|后|男|女|排)"),
        _ago,
    ),
    (pattern(rf"\b(?P<count>{ENGLISH}|an?) (?:full )?(?P<unit>{_UNIT})(?: ago|back\b)"), _ago),
    (
        pattern(
            r"(?<!every )\b(?P<day>(?:mon|tues|wednes|thurs|fri|satur"
            r"|sun)day)\b"
        ),
        _english_week,
    ),
    (
        pattern(
            r"(?<![\d-])(?P<year>20\d\d)\s?[-/.年]\s?(?P<month>\d{1,2})(?:\s?[-/.月]\s?(?P<day>\d{1,2})[日号]?|月份?)(?![\d-])"
        ),
        _calendar,
    ),
    (pattern(rf"(?P<year>20\d\d)年{_CALENDAR_DAY}"), _calendar),
    (pattern(rf"(?<![\d个年几两]){_CALENDAR_DAY}(?!饼|亮|租|付|薪|子|经|嫂)"), _calendar),
    (
        pattern(r"(?<![\d-])(?P<year>20[0-2]\d)年(?!代|货)|\b(?:in|since|from) (?P<since>20[0-2]\d)\b"),
        _year,
    ),
    (
        pattern(
            r"(?<![\d第a-z月了咗足])(?P<day>\d{1,2}|[二三]?十[一二三四五六七八九]?|廿[一二三四五六七八九]?)(?:号|日)(?!店|楼|线|院|门|馆|机|窗|柜|桌|房|床|车|仓|元|本|技|客|登)"
        ),
        _day_of_month,
    ),
    (
        pattern(
            rf"\b(?:(?P<month>{_MONTH_NAME}) (?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?:,? (?P<year>20\d\d))?)\b"
            rf""
        ),
        _named_month,
    ),
    (
        pattern(
            rf"\b(?P<first>\d{{1,2}})(?:st|nd|rd|th)?(?: of)? (?P<month>{_MONTH_NAME})(?:,? "
            rf"(?P<year>20\d\d))?"
        ),
        _named_month,
    ),
    (
        pattern(
            rf"\b(?:in|since|from|by|until|late|early|mid|last|this|of|back in|end of) "
            rf"(?P<month>{_MONTH_NAME})(?:,? (?P<year>20\d\d))?(?! \d)"
        ),
        _bare_month,
    ),
    (
        pattern(
            r"(?<![\d/.$])(?P<month>\d{1,2})/(?P<day>\d{1,2})/(?P<year>(?:20)?\d\d)(?![\d/])"
            r"|(?:\bon |\bsince |\bof |[从在自到])(?P<m>\d{1,2})/(?P<d>[12]\d|3[01])(?![\d/])"
        ),
        lambda said: _american(said) if said["month"] else _joined("-", int(said["m"]), int(said["d"])),
    ),
)
_CLOCKS: Final[tuple[tuple[re.Pattern[str], Read], ...]] = (
    (
        pattern(
            rf"(?P<part>{_PART})\s?(?P<hour>\d{{1,2}}|[一二三四五六七八九十两]{{1,2}})(?:点钟?|时|:)"
            r"(?:(?P<half>半)|(?P<quarter>一刻)|(?P<minute>[0-5]?\d)分?|多|左右|几)?"
        ),
        _clock,
    ),
    (
        pattern(
            r"(?<![\d.有第差快])(?P<hour>\d{1,2}|[一二三四五六七八九十两]{1,2})(?:点|时(?=\d))"
            r"(?:(?P<half>半)|(?P<quarter>一刻)|(?P<minute>[0-5]?\d)分?|钟|多|左右|整|几|(?=到|去|来|就|才))"
        ),
        _clock,
    ),
    (
        pattern(
            r"(?<![\d:])(?P<hour>[01]?\d|2[0-3]):"
            r"(?P<minute>[0-5]\d)(?![\d:])(?! ?[ap]\.?m)"
        ),
        _clock,
    ),
    (
        pattern(
            r"\b(?:(?:at|around|about|by|before|after) )?(?:(?P<hour>\d{1,2})(?::(?P<minute>[0-5]\d))? ?"
            r"(?P<half>[ap]\.?m)\b\.?"
            r"|(?P<named>noon|midnight)\b)"
        ),
        _english_clock,
    ),
    (
        pattern(
            r"\b(?:at|around|about|by|before|after) (?P<hour>1[0-2]|[1-9])(?::(?P<minute>[0-5]\d))?"
            r""
            r"(?: o'clock)?(?=$|[,.!?;]|\s(?:and|but|when|on|at|in|near|outside|for|with|yesterday|today"
            r"|last|this|the|my|i|he|she|they|we)\b)"
        ),
        _english_clock,
    ),
    (
        pattern(
            r"(?<=[天日晚早晨夜])(?P<hour>\d{1,2}|[一二三四五六七八九十两]{1,2})点"
            r"(?:(?P<half>半)|(?P<quarter>一刻)|(?P<minute>[0-5]?\d)分?|多|左右|几)?"
        ),
        _clock,
    ),
)
_NIGHT, _MORNING = pattern("晚|夜|night|evening"), pattern("早|晨|morning")
_BETWEEN = pattern(r"[\s,的]*(?:at|around|about|on|大概|大约|差不多|约|快)?\s*")


def dates(text: Text) -> Iterator[Found]:
    """Moments in order; a time of day that stands beside a day belongs to it."""
    days, clocks = _all(text, _DAYS), _all(text, _CLOCKS)
    for clock in list(clocks):
        for place, day in enumerate(days):
            first, second = sorted((day, clock), key=lambda found: found.start)
            if "T" not in day.value and _BETWEEN.fullmatch(text.folded[first.end : second.start]):
                time = _at(clock.value, text.folded[day.start : day.end])
                days[place] = Found("date", day.value + time, first.start, max(day.end, clock.end))
                clocks.remove(clock)
                break
    return iter(sorted(days + clocks, key=lambda found: found.start))


def _all(text: Text, forms: tuple[tuple[re.Pattern[str], Read], ...]) -> list[Found]:
    kept: list[Found] = []
    for form, read in forms:
        for found in form.finditer(text.folded):
            apart = all(found.end() <= other.start or found.start() >= other.end for other in kept)
            if apart and (moment := read(_said(found))):
                kept.append(Found("date", moment, *found.span()))
    return kept


def _said(found: re.Match[str]) -> Said:
    return defaultdict(str, {name: words for name, words in found.groupdict().items() if words})


def _joined(start: str, *parts: int | None) -> str:
    return "-".join([start, *(f"{part:02}" for part in parts if part is not None)])


def _day(name: str) -> int:
    return _DAY_NAMES.index(name[:3]) + 1


def _at(time: str, day: str) -> str:
    """Half past ten last night was 22:30, six this morning 06:00."""
    if _NIGHT.search(day) and "T05" <= time < "T12":
        return f"T{int(time[1:3]) + 12}{time[3:]}"
    if _MORNING.search(day) and "T13" <= time < "T19":
        return f"T{int(time[1:3]) - 12:02}{time[3:]}"
    return time


def _afternoon(part: str | None) -> bool | None:
    if not part:
        return None
    return part not in ("凌晨", "清早", "一早", "早上", "早晨", "上午", "朝早", "半夜", "深夜")


def _time(hour: int, minute: int, later: bool | None) -> str | None:
    """One to six without more said is taken for the afternoon: shops and offices are open then."""
    if later is None:
        later = 1 <= hour <= 6
    hour = hour + 12 if later and hour < 12 else 0 if later is False and hour == 12 else hour
    return f"T{hour:02}:{minute:02}" if hour < 24 and minute < 60 else None
