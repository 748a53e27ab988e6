"""Somebody who was asked who they are tells their name: "张三，新京报", "This is Ann Lee". Pure."""

import re
from dataclasses import replace

from actions.wording import CLAUSES
from ledger.heard import Heard
from ledger.vocabulary import FactKind

HAN_NAME = re.compile(r"[㐀-鿿]{2,4}(?:·[㐀-鿿]{2,6})?")
LATIN_NAME = re.compile(r"[A-Z][a-z]+(?: [A-Z][a-z'’-]+){1,2}")
INTRODUCED = re.compile(
    r"(?:我叫|我姓|名字叫|名字是|姓名是?|敝姓)\s*[:：]?\s*(?P<han>[㐀-鿿]{1,4})"
    r"|(?:[Mm]y name is|[Nn]ame's|[Nn]ame:|[Tt]his is|I'm|I am) "
    r"(?P<latin>[A-Z][a-z]+(?: [A-Z][a-z'’-]+){0,2})"
)
LEFT = re.compile(
    r"姓(?P<family>[㐀-鿿]{1,2})|(?P<titled>[㐀-鿿]{1,2}(?:先生|女士|小姐|太太|老师|老師|师傅|師傅))"
    rf"|(?P<latin>{LATIN_NAME.pattern})"
)
PARTS = re.compile(r"[,，、。.;；:：/\n]|(?<=[㐀-鿿\d]) +|(?=[\d+]{6})")
"""Between a name and a number, however they are written beside each other."""
NO_NAME = re.compile(
    r"[不没沒有可好是我你您他她什怎为為请請谢謝这這那哪就都还還对對]|记者|記者|編|编|电|電|手机|手機|暂|暫|保密|随时|隨時"
)


def beside_contact(heard: Heard, text: str) -> str:
    """The name somebody leaves with their number: introduced, with a title, or a whole clause; else empty."""
    if introduced := INTRODUCED.search(text):
        return introduced["han"] or introduced["latin"]
    people = {str(found["said"]) for found in heard.entities if found["entity"] == FactKind.PERSON.value}
    parts = (part.strip() for part in PARTS.split(text))
    return next((name for part in parts if (name := _left(part, people))), "")


def _left(part: str, people: set[str]) -> str:
    if found := LEFT.fullmatch(part):
        return found["family"] or found["titled"] or found["latin"]
    return part if part in people else ""


def with_own_name(heard: Heard, text: str) -> Heard:
    """What was heard, with the sender's name as a fact when the text tells it and nothing else did."""
    name = "" if heard.values(FactKind.PERSON) else own_name(text, heard)
    if not name:
        return heard
    start = text.index(name)
    told = {
        "entity": FactKind.PERSON.value,
        "value": name,
        "said": name,
        "start": start,
        "end": start + len(name),
    }
    return replace(heard, entities=(*heard.entities, told))


def own_name(text: str, heard: Heard) -> str:
    """The sender's own name as they give it; empty when they do not."""
    if introduced := INTRODUCED.search(text):
        return introduced["han"] or introduced["latin"]
    others = [str(entity.get("said") or entity["value"]) for entity in heard.entities]
    clauses = (clause.strip() for clause in CLAUSES.split(text))
    return next((clause for clause in clauses if _is_name(clause, others)), "")


def _is_name(clause: str, others: list[str]) -> bool:
    if any(clause in other or other in clause for other in others):
        return False
    han = HAN_NAME.fullmatch(clause) and not NO_NAME.search(clause)
    return bool(han or LATIN_NAME.fullmatch(clause))
