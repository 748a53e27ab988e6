"""Names: of goods, of places, of people said to have done something, of authorities."""

import re
from collections.abc import Iterator

from bot.nlu.facts.listed import listed
from bot.nlu.facts.press import SURNAME
from bot.nlu.facts.text import Found, Text, pattern
from bot.nlu.lexicon import load

_NOT_GOODS = pattern("|".join(load("goods_look_alikes")["unless"]))

_HAN = (
    r"(?!放(?!路|大|东|西|南|北)|[在喺到去从存寄送你我他她它们的了是"
    r"把被给和跟与对向让这那哪一某每个家就都也还没不买卖叫说来打找进出过等各本贵旁附您回约])[一-鿿\da-z]"
)
_KIND = (
    "门店|门市|分店|专卖店|旗舰店|直营店|体验店|售后店|4s店|路店|街店|店|广场|小区|社区|花园|机场|火车站|高铁站|汽车站|地铁站|捷运站|商场|商城|百货|大厦|中心"
    "|医院|酒店|饭店|宾馆|营业厅|支行|分行|网点|超市|餐厅|驿站|幼儿园|中学|小学|大学|路口|航站楼|登机口|服务区|收费站|加油站|充电站|工业区|园区|公园|码头"
    "|校区|影城|食堂"
)
_BEFORE = (
    r"(?:^|(?<=[\s,。!?;:、(])|(?<=[在喺])|(?<=到)|(?<=去)|(?<=从)|(?<=于)|(?<=你们)|(?<=你哋)|(?<=你家)|(?<=贵公司)|(?<=的)|(?<=是)|(?<=来)|(?<=回)"
    r"|(?<=了)|(?<=我们)|(?<=咱们)|(?<=找)|(?<=进)|(?<=和)|(?<=跟)|(?<=住)|(?<=[天晚午上早日月年周]))"
)
_CHINESE_PLACE = pattern(
    rf"{_BEFORE}(?P<name>(?:{_HAN}){{2,10}}?(?:{_KIND})(?!店|分店|[员长铺主家面子门口内人里]?名)(?!员|长|家|铺|主))"
)
_NO_NAME = pattern(
    r"^(?:线上|线下|网络|实体|附近|隔壁|楼下|对面|另外|其他|所有|全部|当地|官方|售后|客服|维修|服务|投诉|人工|购物|呼叫|配送|快递|物流|数据|美容|水果"
    r"|女装|火锅|奶茶|咖啡|专卖|连锁|直营|加盟|药|理发|手机|便利|电器|家电|网|旗舰|饭|酒|商|书|面|高级|公立|私立|三甲|社康|健身|活动|消费|市|学校)"
    rf"*(?:{_KIND})$"
)
_ENGLISH_KIND = (
    "store|branch|outlet|shop|station|airport|mall|hotel|hospital|restaurant|warehouse|showroom|supermarket|plaza|square|terminal"
    "|apartments|towers?|gardens|estate|clinic|depot|campus|centre|center|dealership|location|office"
)
_STREET = "Street|St|Road|Rd|Avenue|Ave|Boulevard|Blvd|Lane|Drive|Square|Plaza|Way|Court"
_ENGLISH_PLACE = (
    pattern(
        rf"\b(?P<name>(?:[A-Z][\w'.-]*|\d+(?:st|nd|rd|th)) (?:(?:[A-Z][\w'.-]*|\d+(?:st|nd|rd"
        rf"|th)) ){{0,2}}(?:(?:{_STREET})\b(?: (?:{_ENGLISH_KIND})\b)?"
        rf"|(?i:{_ENGLISH_KIND})\b)(?: \d+\b)?)"
    ),
    pattern(
        rf"(?i:\b(?:at|in|from|to|of) (?:the|your|our) )(?P<name>(?!(?:nearest|local|same|other|whole|new"
        rf"|old|flagship|main|online|wrong|post|head|first|second|next|service|call|repair|train|gas|police|fire|grocery|hardware|shoe|phone|coffee|pet|public|city|community|front|back|nearby|closest|shopping|emergency|web|app|play|customer|data|help|apple)\b)"
        rf"[a-z']{{3,}}(?: [a-z']{{2,}}){{0,2}} (?:{_ENGLISH_KIND})\b)"
    ),
    pattern(
        r"\b(?P<name>(?:[Gg]ate|[Tt]erminal|[Rr]oom|[Pp]latform|[Aa]isle|[Aa]partment|[Ff]lat"
        r"|[Uu]nit) [A-Za-z]?\d{1,4}[A-Z]?)\b"
    ),
)
_OPENING = pattern(
    r"^(?:(?:I|I'm|We|My|Your|The|This|That|At|In|From|To|On|A|An|And|But|It|Is|Was|Went|Bought|No|Yes|Not"
    r"|Actually|Every|Which|Each|Our|Their|His|Her|Any|Same|Bloody|Whole) )+"
)

_TITLE = (
    "经理|店长|主管|主任|师傅|客服|店员|医生|护士|老师|专员|顾问|组长|领班|队长|司机|前台"
    "|总监|经纪|业务员|销售|管家|保安|督导|营业员|工程师|先生|小姐|女士"
)
_CHINESE_PERSON = (
    pattern(rf"(?<!我)(?<!本人)(?P<name>姓{SURNAME})(?=的|,|。|\s|$|那|,)"),
    pattern(
        rf"(?:[他她个位人员服理长傅师]|主管|销售)(?:自称)?(?:名字)?叫(?:做)?(?P<name>(?:{SURNAME}[一-鿿]{{1,2}}?|[阿小][一-鿿]|[a-z]{{2,12}}))(?=的|,|。|\s|$|!|那)"
    ),
    pattern(rf"(?P<name>(?<!姓){SURNAME}(?:{_TITLE}))(?!说不)"),
    pattern(
        rf"(?:{_TITLE})(?P<name>[小阿老]{SURNAME}|{SURNAME}[一-鿿]{{1,2}}(?=的|,|。|\s|$|说|骂|态|把|让))"
    ),
    pattern(r"(?:工号|员工编号)(?:是|为|:)?\s?(?P<name>[a-z]{0,3}\d{2,8})"),
)
_ROLE = (
    "manager|supervisor|clerk|technician|agent|driver|rep|representative|employee|cashier|waiter|waitress|guy|man|woman|lady|nurse|doctor"
    "|installer|engineer|salesman|saleswoman|salesperson|receptionist|associate|person|adviser|advisor|operator"
)
_ENGLISH_PERSON = (
    pattern(
        rf"(?i:\b(?:{_ROLE})(?:,? (?:named|called|by the name of|whose name (?:is|was)))) "
        rf"(?P<name>[A-Za-z][a-z]+(?: [A-Z][a-z]+)?)"
    ),
    pattern(
        r"(?i:\b(?:his|her|their|whose|agent's|manager's|driver's) name (?:is|was)) "
        r"(?P<name>[A-Za-z][a-z]+(?: [A-Z][a-z]+)?)"
    ),
    pattern(rf"\b(?:{_ROLE}),? (?P<name>(?!I\b)[A-Z][a-z]+(?: [A-Z][a-z]+)?)\b"),
    pattern(
        rf"\b(?:{_ROLE}) (?:at|from|in|behind|on) (?:the|your) [a-z]+(?: [a-z]+)?, (?P<name>[A-Z][a-z]+)\b"
    ),
    pattern(r"\b(?P<name>(?:Mr|Mrs|Ms|Miss|Dr)\.? [A-Z][a-z]+)\b"),
    pattern(
        rf"\b(?P<name>(?!(?:The|Your|My|A|An|Our|This|That|One|No|Some|Every|And|But|Is|When|Then|Told"
        rf"|Another|Any|To)\b)[A-Z][a-z]+),? (?:the|your|at the|from your|in) (?:{_ROLE}|counter"
        rf"|front desk|billing|customer service|store)\b"
    ),
)


def products(text: Text) -> Iterator[Found]:
    """What it is about, as the word of the lexicon; not what only sounds like it ("phone number")."""
    known, keys = listed("goods")
    kept = _NOT_GOODS.sub(lambda gone: "·" * len(gone.group()), text.folded)
    for found in known.finditer(kept):
        yield Found("product", keys[found.group()], *found.span())


def places(text: Text) -> Iterator[Found]:
    """Where: a store, street, building or town with a name of its own."""
    for found in _CHINESE_PLACE.finditer(text.folded):
        if not _NO_NAME.fullmatch(found["name"]):
            yield _named("place", text, *found.span("name"))
    for form in _ENGLISH_PLACE:
        for found in form.finditer(text.written):
            start, end = found.span("name")
            start += len(opening.group()) if (opening := _OPENING.match(found["name"])) else 0
            if re.search(r" ", text.written[start:end]):
                yield _named("place", text, start, end)
    towns, _ = listed("places")
    for found in towns.finditer(text.folded):
        yield _named("place", text, *found.span())


def persons(text: Text) -> Iterator[Found]:
    """Who did it, when they are named; never the customer."""
    for form in _CHINESE_PERSON:
        for found in form.finditer(text.folded):
            yield _named("person", text, *found.span("name"))
    for form in _ENGLISH_PERSON:
        for found in form.finditer(text.written):
            yield _named("person", text, *found.span("name"))


def authorities(text: Text) -> Iterator[Found]:
    """The authority that is named, as it was said."""
    known, _ = listed("authorities")
    for found in known.finditer(text.folded):
        yield _named("authority", text, *found.span())


def _named(kind: str, text: Text, start: int, end: int) -> Found:
    return Found(kind, text.written[start:end], start, end)
