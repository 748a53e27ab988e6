"""Amounts of money with their currency."""

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from bot.nlu.facts.numbers import CHINESE, ENGLISH, number
from bot.nlu.facts.text import Found, Text, pattern

_BEFORE: Final = {
    "USD": r"us\$|usd|美金|美元",
    "TWD": r"nt\$?|ntd\$?|新?台币",
    "HKD": r"hk\$|hkd\$?|港币|港元",
    "CNY": r"rmb|cny|人民币|[¥￥]",
    "GBP": "£|gbp|英镑",
    "EUR": "€|eur|欧元",
    "JPY": "jpy|日元|日币",
    "": r"\$",
}
_BEHIND: Final = {
    "USD": r"us dollars?|usd\b|美金|美元|美刀|刀(?![具片架])|bucks?\b",
    "TWD": "新?台币|ntd?\\b",
    "HKD": "港币|港元|港纸|蚊(?!子)|hkd\\b",
    "CNY": r"人民币|rmb\b|cny\b|yuan\b|大洋",
    "GBP": r"英镑|pounds?\b(?! of)|quid\b|gbp\b",
    "EUR": r"欧元|euros?\b|eur\b",
    "JPY": r"日元|日币|yen\b",
    "dollars": r"dollars?\b",
    "yuan": (
        r"(?<!单)元(?!素|旦|宵|件|气)|圆(?=整)|块钱|块(?!儿|屏|表|手|板|地|布|玻|砖|电|蛋|肉|石|木|钢|硬|面|豆|牌|皮"
        r"|巧|香|显|塑|铁|瓷|瓦|毯|膜|主|内|大|小|去|来|走|吃|玩)"
    ),
}
_NUMBER = rf"(?:{CHINESE}|{ENGLISH})"
_SHOWN = pattern(
    rf"(?<![a-z])(?:{'|'.join(_BEFORE.values())})\s?(?P<number>{CHINESE}|{ENGLISH})(?P<unit>元|块)?"
)
_NAMED = pattern(rf"(?<![\d.a-z])(?P<number>{_NUMBER})(?:多|几)?\s?(?P<unit>{'|'.join(_BEHIND.values())})")
_PAID = pattern(
    rf"(?:花|赔|付|交|扣|收|退|损失|亏|骗|转|充|罚款?|缴|刷卡?|[电水气话物房]费|才|押金|定金|订金|学费|房租|租金|工资|月薪|原价|贷|欠|值|卖|只给|才给|补偿|一共|总共)(?:了|掉|走|去|我|你|他|们|给|回|款|金额|近|快|将近|差不多|大概|总共|一共){{0,4}}"
    rf"(?P<number>{CHINESE})(?=$|[\s,。!?;、.…~)]|多|的|钱|才|就|呢|吧|啊|了|给|却|结果|还|都|买|办|订|做|装|修|报|不|没)"
)
_SHORT = pattern(
    r"(?<![\w$£€.])(?P<number>\d+(?:\.\d+)?(?:k| grand))\b(?! (?:miles|km|people|views|followers|steps))"
)
_WORTH = pattern(r"(?P<number>(?:[一二两三四五六七八九十]{1,3}|\d{1,3})万[一二三四五六七八九]?)的(?!人|家)")
_CLAUSE = pattern(
    r"(?:^|[,。\s])(?P<number>(?=[^,。\s]*[百千万])[一二两三四五六七八九十百千万]{2,6})多?(?=[,。!]|$)"
)
_AND_TENTHS = pattern(r"(?<![\d.])(?P<whole>\d{1,4})块(?P<tenths>\d)(?![\d百千万])")
_BARE_WORTH: Final = 10


def amounts(text: Text) -> Iterator[Found]:
    """Amounts as ``{"amount", "currency"}``: a decimal as text, and an ISO 4217 code or None."""
    for found in _SHOWN.finditer(text.folded):
        yield from _amount(
            found, _currency(_BEFORE, found.group()[: found.start("number") - found.start()], text)
        )
    for found in _AND_TENTHS.finditer(text.folded):
        worth = {"amount": f"{found['whole']}.{found['tenths']}", "currency": _yuan(text, "块")}
        yield Found("amount", worth, *found.span())
    for found in _NAMED.finditer(text.folded):
        yield from _amount(found, _currency(_BEHIND, found["unit"], text))
    for found in _SHORT.finditer(text.folded):
        yield from _amount(found, None)
    for form in (_WORTH, _CLAUSE):
        for found in form.finditer(text.folded):
            yield from _amount(found, _yuan(text, "元"), found.start("number"))
    for found in _PAID.finditer(text.folded):
        if (number(found["number"]) or 0) >= _BARE_WORTH:
            yield from _amount(found, _yuan(text, "元"), found.start("number"))


def _amount(found: re.Match[str], currency: str | None, start: int | None = None) -> Iterator[Found]:
    worth = number(found["number"])
    if worth is not None:
        value = {"amount": _plain(worth), "currency": currency}
        yield Found("amount", value, found.start() if start is None else start, found.end())


def _plain(worth: Decimal) -> str:
    return f"{worth.normalize():f}"


def _currency(units: dict[str, str], said: str, text: Text) -> str | None:
    code = next(code for code, words in units.items() if re.fullmatch(words, said.strip()))
    if code == "yuan":
        return _yuan(text, said)
    return (None if text.traditional else "USD") if code in ("", "dollars") else code


def _yuan(text: Text, said: str) -> str | None:
    """Whose 元 it is goes without saying among who writes simplified; 塊 is said in Taiwan."""
    if not text.traditional:
        return "CNY"
    return "TWD" if said.startswith("块") else None
