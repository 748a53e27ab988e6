"""How often, how many people, vehicles, injured and dead (playbook B9)."""

import re
from collections.abc import Iterator
from typing import Final

from bot.nlu.facts.numbers import CHINESE, ENGLISH, whole
from bot.nlu.facts.text import Found, Text, pattern

_ORDINALS: Final = ("second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
_TIMES = pattern(
    rf"第(?P<nth>{CHINESE})(?:次|回(?!复|事|合)|趟|遍)|(?<!第)(?P<han>{CHINESE})(?:次(?!元|性|品|数)|回(?!事|复|家|合)|趟|遍)"
    rf"|(?P<set>三番[五两四]次|twice)|\b(?P<words>{ENGLISH}) (?:separate |different |whole )?times\b"
    rf"(?! more| as| bigger)"
    rf"|\b(?P<ordinal>{'|'.join(_ORDINALS)}|\d+(?:nd|rd|th)) (?:time|repair|visit|attempt|call|complaint"
    rf"|replacement)\b"
)
_SET: Final = {"twice": 2}
_HYPERBOLE: Final = 100

_WHO = (
    "业主|住户|居民|家长|车主|员工|工人|顾客|客户|乘客|旅客|老人|老人家|孩子|学生|村民|同学|会员|投资人|受害者|受害人|街坊"
    "|工友|邻居|师生|学员|租客|消费者|团友|家庭|人家"
)
_PEOPLE = pattern(
    rf"(?P<han>上?{CHINESE})(?:个|名|位|号|口)?(?:人(?!份|桌|间|座|床|套|民|次|工|均|行|气|品|格|生)|(?:{_WHO}))"
    rf"|(?<=一家)(?P<home>{CHINESE})口"
    rf"|(?P<homes>{CHINESE})户"
    rf"|\b(?P<words>{ENGLISH})(?: or so| more)? (?:of us|of them|(?:of )?(?:angry |other |more |of our "
    rf"|of the |elderly )?"
    r"(?:people|persons|tenants|residents|customers|families|passengers|owners|workers|employees|parents|students"
    r"|neighbou?rs|victims|members|households|drivers|guests|buyers|homeowners|protest[eo]rs))\b"
)
_SOMEBODY = rf"(?:个|名|位|口)?(?:人|{_WHO})"
_SOMEBODY_EN = (
    r"(?: more)?(?: (?:of us|of them)|(?: (?:other|elderly|young|innocent))?"
    r" (?:people|persons|children|kids|residents|tenants|workers|customers|passengers|students|guests))"
)
_ALREADY = "(?:都|已经|已|也|当场|先后|不幸){0,2}"
_HURT = "受了?(?:轻|重)?伤|(?:被)?(?:轻|重|烫|烧|灼|砸|摔|撞|打|划|炸|电)伤|中毒"
_DIED = "死亡|死了|遇难|丧生|身亡|去世|没了命|不幸离世"
# "Bored to death" is no death: somebody has to be counted, or the clause to end.
_OF_PEOPLE = r"(?:个|名|位|口|条)?(?:人|命|(?=[,，、。;；!！?？\s]|$))"
_INJURED = pattern(
    rf"(?P<han>上?{CHINESE}){_SOMEBODY}{_ALREADY}(?:{_HURT})|(?<=死)(?P<toll>{CHINESE})伤"
    rf"|(?:伤了|伤者|受伤的?(?:有|共|人数)(?:是|为)?|中毒的?有)(?P<after>{CHINESE}){_OF_PEOPLE}"
    rf"|\b(?P<words>{ENGLISH})(?:{_SOMEBODY_EN} (?:(?:were|was|are|is|got|have been|has been) )?"
    r"(?:badly |seriously )?(?:injured|hurt|wounded|burned|burnt|scalded|poisoned)"
    r"|(?: more)? (?:were|are|got) (?:badly |seriously )?(?:injured|hurt|wounded))\b"
    rf"|\b(?:injured|injuring|hurt|wounded|burned|poisoned) (?P<behind>{ENGLISH})(?={_SOMEBODY_EN}\b)"
)
_DEAD = pattern(
    rf"(?P<han>上?{CHINESE}){_SOMEBODY}{_ALREADY}(?:{_DIED})|(?P<toll>{CHINESE})死(?={CHINESE}伤)"
    rf"|(?:(?<![气累烦急吓饿热冷笑渴困恨])死了|死亡(?:了|人数)(?:是|为)?|死者)(?P<after>{CHINESE}){_OF_PEOPLE}"
    rf"|\b(?P<words>{ENGLISH}){_SOMEBODY_EN} (?:(?:have|has) )?"
    r"(?:died|(?:are |is |were |was )?(?:dead|killed))\b"
    rf"|\b(?:killed|killing) (?P<behind>{ENGLISH})(?={_SOMEBODY_EN}\b)"
)
_ONE_OR_TWO: Final = 2
_VEHICLES = pattern(
    rf"(?P<han>{CHINESE})(?:[辆台部架]|量(?=车))(?:小|大|货|卡|汽|轿|巴士|大巴|面包|出租|网约|的士|摩托|电动|公交|机)?"
    r"(?:车|的士|巴士|大巴)"
    rf"|\b(?P<words>{ENGLISH}) (?:cars|vehicles|trucks|taxis|vans|buses|lorries|cabs|motorcycles|bikes)\b"
)


def times(text: Text) -> Iterator[Found]:
    """How often something happened; "a hundred times" is a manner of speaking."""
    for found in _TIMES.finditer(text.folded):
        count = _often(found)
        if count is not None and 1 < count < _HYPERBOLE:
            yield Found("times", count, *found.span())


def people(text: Text) -> Iterator[Found]:
    """How many people, at the least; one or two are no crowd."""
    return _counted(text, _PEOPLE, "people", _ONE_OR_TWO)


def vehicles(text: Text) -> Iterator[Found]:
    """How many vehicles, at the least."""
    return _counted(text, _VEHICLES, "vehicles", 1)


def injured(text: Text) -> Iterator[Found]:
    """How many are hurt, at the least."""
    return _counted(text, _INJURED, "injured", 0)


def dead(text: Text) -> Iterator[Found]:
    """How many have died, at the least."""
    return _counted(text, _DEAD, "dead", 0)


def _counted(text: Text, form: re.Pattern[str], kind: str, more_than: int) -> Iterator[Found]:
    for found in form.finditer(text.folded):
        said = next(said for said in found.groups() if said)
        count = whole(said)
        if count is not None and count > more_than:
            yield Found(kind, count, *found.span())


def _often(found: re.Match[str]) -> int | None:
    if found["ordinal"]:
        digits = re.match(r"\d+", found["ordinal"])
        return int(digits.group()) if digits else _ORDINALS.index(found["ordinal"]) + 2
    if found["set"]:
        return _SET.get(found["set"], 3)
    if found["han"] in ("一", "二", "几", "数"):
        return None
    return whole(found["nth"] or found["han"] or found["words"])
