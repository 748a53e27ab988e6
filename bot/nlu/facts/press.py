"""What a journalist says of themselves: outlet, column or programme, press card (playbook B10, C2)."""

from collections.abc import Iterator
from typing import Final

from bot.nlu.facts.listed import listed
from bot.nlu.facts.text import Found, Text, pattern

SURNAME: Final = (
    "[王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛"
    "闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤温庄颜柯翁]"
)
"""The family names most people have."""
_NAME = r"[一-鿿](?<![是的在找给跟和与去到我你他们上了让叫请被向打等来个家做写办播])"
_SAID = (
    r"(?:^|(?<=[\s,。!?;:、(\"'是的在找给跟和与去到上让叫请被向做写办播])|(?<=电视台)|(?<=[日晚早晨时]报)|"
    r"(?<=新闻)|(?<=联系了)|(?<=告诉)|(?<=我们)|(?<=你们))"
)
_CHINESE_OUTLET = pattern(
    rf"{_SAID}(?P<name>(?:{_NAME}){{1,8}}?(?:电视台|卫视|日报|晚报|早报|晨报|时报|商报|都市报|周刊|周报|新闻台|新闻网|广播电台|电台|通讯社))"
)
_ENGLISH_OUTLET = pattern(
    r"\b(?P<name>(?:[A-Z][\w&'-]* ){1,3}(?:Times|News|Post|Herald|Tribune|Gazette|Journal|Chronicle|TV|Daily"
    r"|Weekly|Radio|Mail|Telegraph|Observer|Examiner|Press|Star|Sun|Broadcasting|Magazine)\b(?: \d\b)?)"
    r"|\b(?P<channel>[Cc]hannel (?:\d{1,2}|[Ff]our|[Ff]ive|[Ss]even|[Nn]ine|[Tt]en)(?: [Nn]ews)?)\b"
)
_OPENING = pattern(
    r"^(?:(?:I'?m|I|We|We're|This|It|It's|Is|From|With|At|For|My|And|But|So|Call|Contact|Hello|Hi|Good|Yes"
    r"|No|On|In) )+"
)
_COLUMN = pattern(
    r"《(?P<marked>[^》]{2,16})》"
    r"|[〈「『](?P<quoted>[^〉」』]{2,12})[〉」』](?=栏目|专栏|节目)"
    rf"|{_SAID}(?P<name>(?:{_NAME}){{2,8}}?)(?=(?:栏目|专栏|节目)(?!组?单|效果|预告))"
    r"|\b(?:the|our|my) (?P<english>[a-z'&]+(?: [a-z'&]+){0,3}?) (?:column|segment|programme|program|show"
    r"|podcast|desk)\b"
)
_NO_COLUMN: Final = pattern(
    r"front|help|service|check|information|your|reception|the|return|loyalty|reward|tv|news|any|this|那个|这个|一个|什么|哪个|电视"
)
_PRESS_CARD = pattern(
    r"(?:记者证|新闻证|采访证|press (?:card|pass|id|credential|badge))(?:号码?|编号|\s?(?:number|no\.?|id"
    r"|#))?\s?(?:是|为|is|:)?\s?[:#]?\s?"
    r"(?P<number>(?=[a-z-]*\d{3})[a-z]{0,4}-?\d[\d-]{2,18}(?:\d|[a-z]\b))"
)


_COLUMN_NAMED = pattern(
    r"\b(?:column|programme|program|segment|podcast)(?: is| called|:| named)? "
    r"(?P<name>[A-Z][\w']*(?: [A-Z][\w']*){0,3})"
)
_PRESS = pattern(r"记者|编导|通讯员|\b(?:reporter|journalist|correspondent|producer|editor|column|press)\b")
_CHINESE_JOURNALIST = pattern(
    rf"记者(?:叫|是|,)?(?P<name>{SURNAME}[一-鿿]{{1,2}}?)(?=$|[,。!\s]|想|要|来|在|,|的)"
)
_ENGLISH_JOURNALIST = pattern(
    r"\b(?:I'm|I am|[Tt]his is|[Mm]y name is|[Nn]ame's) "
    r"(?P<name>[A-Z][a-z]+(?: [A-Z][a-z]+)?)(?=,| from| with| of| at| and)"
)


def journalists(text: Text) -> Iterator[Found]:
    """The journalist's own name, in a message that speaks of the press."""
    if not _PRESS.search(text.folded) and not any(outlets(text)):
        return
    for found in _CHINESE_JOURNALIST.finditer(text.folded):
        yield _named("person", text, *found.span("name"))
    for found in _ENGLISH_JOURNALIST.finditer(text.written):
        yield _named("person", text, *found.span("name"))


def outlets(text: Text) -> Iterator[Found]:
    """The medium: a known one, or a name that ends like one."""
    known, _ = listed("outlets")
    for found in known.finditer(text.folded):
        yield _named("outlet", text, *found.span())
    for found in _CHINESE_OUTLET.finditer(text.folded):
        yield _named("outlet", text, *found.span("name"))
    for found in _ENGLISH_OUTLET.finditer(text.written):
        start, end = found.span()
        start += len(opening.group()) if (opening := _OPENING.match(found.group())) else 0
        if " " in text.written[start:end]:
            yield _named("outlet", text, start, end)


def columns(text: Text) -> Iterator[Found]:
    """The column or programme."""
    for found in _COLUMN.finditer(text.folded):
        if found.lastgroup and not _NO_COLUMN.fullmatch(found[found.lastgroup].split(" ")[0]):
            yield _named("column", text, *found.span(found.lastgroup))
    for found in _COLUMN_NAMED.finditer(text.written):
        yield _named("column", text, *found.span("name"))


def press_cards(text: Text) -> Iterator[Found]:
    """The number of a press card, as it was written, in capitals."""
    for found in _PRESS_CARD.finditer(text.folded):
        yield Found("press_card", found["number"].upper(), *found.span("number"))


def _named(kind: str, text: Text, start: int, end: int) -> Found:
    return Found(kind, text.written[start:end], start, end)
