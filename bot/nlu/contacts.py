"""Contacts, numbers and ratings that a text names."""

import re
from collections.abc import Iterator
from functools import cache

import phonenumbers

from bot.nlu.lexicon import load
from bot.nlu.script import fold

Found = tuple[str, str, int, int]

_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", re.ASCII)
_CASE = re.compile(r"qt-?(\d{4})-?(\d{6})(?!\d)")
_ORDER = re.compile(
    r"(?:订单|单号|工单|运单|快递单|order|ticket|tracking|invoice|reference|booking)"
    r"(?:编?号码?|\s*(?:number|no\.?|id|#))?\s*(?:是|为|is|was)?\s*[:#]?\s*"
    r"((?=[a-z0-9-]*\d{3})[a-z0-9][a-z0-9-]{4,28}[a-z0-9])"
)
_REGIONS = ("CN", "TW", "HK", "US", "GB")
_AMERICAN = re.compile(r"(?<!\d)\(?[2-9]\d\d\)?[ .-]\d{3}[ .-]\d{4}(?!\d)")
_MANY_DIGITS = re.compile(r"(?:\d[\s().-]?){7}")


def entities(text: str) -> list[Found]:
    """Every entity of a text as (name, value, start, end); what one has claimed no later one is given."""
    kept: list[Found] = []
    for found in _candidates(text, fold(text)):
        if all(found[3] <= other[2] or found[2] >= other[3] for other in kept):
            kept.append(found)
    return sorted(kept, key=lambda found: found[2])


def _candidates(text: str, folded: str) -> Iterator[Found]:
    for case in _CASE.finditer(folded):
        yield "case_number", f"QT-{case[1]}-{case[2]}", *case.span()
    for address in _EMAIL.finditer(folded):
        yield "email", address.group(), *address.span()
    for order in _ORDER.finditer(folded):
        yield "order_number", text[order.start(1) : order.end(1)].upper(), *order.span(1)
    yield from _phones(folded)
    yield from _ratings(folded)


def _phones(folded: str) -> Iterator[Found]:
    if not _MANY_DIGITS.search(folded):
        return
    regions = ("US", *_REGIONS) if _AMERICAN.search(folded) else _REGIONS
    for region in regions:
        for match in phonenumbers.PhoneNumberMatcher(folded, region):
            number = phonenumbers.format_number(match.number, phonenumbers.PhoneNumberFormat.E164)
            yield "phone", number, match.start, match.end


def _ratings(folded: str) -> Iterator[Found]:
    said = _rating_pattern().fullmatch(folded.strip())
    if said:
        names = [name for name, wording in said.groupdict().items() if wording is not None]
        yield "rating", names[0].removeprefix("rating"), 0, len(folded)


@cache
def _rating_pattern() -> re.Pattern[str]:
    lexicon = load("ratings")
    options = (f"(?P<rating{value}>{'|'.join(wordings)})" for value, wordings in lexicon["values"].items())
    return re.compile(f"(?:{lexicon['before']})(?:{'|'.join(options)})(?:{lexicon['after']})")
