"""What a journalist says of themselves: outlet, column or programme, press card (playbook B10, C2)."""

from collections.abc import Iterator
from typing import Final

from bot.nlu.facts.listed import listed
from bot.nlu.facts.text import Found, Text, pattern

_NAME = r"[一-鿿](?<![是的在找给跟和与去到我你他们上了让叫请被向打等来个家做写办播])"
_SAID = (
    r"(?:^|(?<=[\s,。!?;:、(\"'是的在找给跟和与去到上让叫请被向])|(?<=电视台)|(?<=[日晚早晨时]报)|"
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


def press_cards(text: Text) -> Iterator[Found]:
    """The number of a press card, as it was written, in capitals."""
    for found in _PRESS_CARD.finditer(text.folded):
        yield Found("press_card", found["number"].upper(), *found.span("number"))


def _named(kind: str, text: Text, start: int, end: int) -> Found:
    return Found(kind, text.written[start:end], start, end)
