"""A customer's clause turned to the customer: 我 becomes 您, my becomes your, and we are left out (voice.md).

What would sound like an admission is not said: "you charged me twice" becomes "charged twice". Pure; the
words are in ``reflection.yml``.
"""

import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from ledger.vocabulary import Language

HAN = re.compile(r"[㐀-鿿]")
WORD = re.compile(r"[A-Za-z]+(?:'[A-Za-z]*)?")
BEFORE = re.compile(r"([A-Za-z']+)\W*$")
SHOUTED = 4
"""From how many letters on a word in capitals is shouted; shorter ones may be names: TV, ATM."""
SHOUTING = re.compile(rf"\b[A-Z]{{{SHOUTED},}}\b")
OPENING = re.compile(
    r"^(?:(?:and|but|so|then|also|plus|well|oh|ok|okay|look|honestly|seriously|now|yes|yeah|no|because|"
    r"basically|literally|apparently|actually|correction)\b[\s,]*)+(?=\w)",
    re.IGNORECASE,
)
BY_US = re.compile(
    r"^you(?: guys| people| all)?(?:'ve| have|'d| had)?"
    r"(?P<how>(?: just| also| even| already| then| never| still)*)"
    r" (?P<verb>[a-z]+)(?: (?:me|us)\b)?(?P<rest>.*)$",
    re.IGNORECASE,
)
AFTER_US = (
    r"\d|(?:an?|the|two|three|four|five|six|ten|twice|once|again|about|for|on|in|at|to|with|by|over|last|this|"
    r"every|since|and|but|because|when|yesterday|today|several|many)\b"
)
"""What follows a "you" that is done something to; anything else would be what we did."""
TO_US = re.compile(
    r"(?: (?:to|from|with|by|of|at|for|on))? (?:you|yours)(?: guys| people| all)?(?=$| (?:" + AFTER_US + "))",
    re.IGNORECASE,
)
US = re.compile(r"\b(?:you|yourself|yourselves|yours)\b", re.IGNORECASE)
AFTER_YOU = {"was": "were", "am": "are", "wasn't": "weren't"}


def turned(clause: str, language: Language) -> str:
    """The clause as one says it to who said it; empty when it cannot be said."""
    if not clause or speech()["unspeakable"].search(clause):
        return ""
    return _turned_latin(clause) if language is Language.EN else _turned_han(clause, language)


def _turned_han(clause: str, language: Language) -> str:
    for pattern, instead in speech()["turned_han"]:
        clause = pattern.sub(instead, clause)
    for name, kin in speech()["kin"][language].items():
        clause = clause.replace(f"{{{name}}}", kin)
    return clause


def _turned_latin(clause: str) -> str:
    clause = _without_us(OPENING.sub("", _quietened(clause).replace("\u2019", "'")).strip())
    return WORD.sub(_to_listener, clause)


def _without_us(clause: str) -> str:
    """Without "you", whom the customer means us by; empty where that cannot be left out."""
    if done := BY_US.match(clause):
        return _passive(done)
    clause = TO_US.sub("", clause)
    return "" if US.search(clause) else clause


def _passive(done: re.Match[str]) -> str:
    if done["verb"].lower() not in speech()["passive"]:
        return ""
    rest = TO_US.sub("", done["rest"])
    return "" if US.search(rest) else f"{done['how'].strip()} {done['verb']}{rest}".strip()


def _to_listener(found: re.Match[str]) -> str:
    word, before = found.group(), BEFORE.search(found.string[: found.start()])
    if before and before.group(1).lower() in ("i", "we"):
        return AFTER_YOU.get(word.lower(), word)
    instead: str | None = speech()["turned_latin"].get(word.lower())
    if instead is None:
        return word
    return instead.capitalize() if word[:1].isupper() and word.lower() in ("my", "your", "our") else instead


def _quietened(clause: str) -> str:
    letters = [letter for letter in clause if letter.isalpha()]
    if sum(letter.isupper() for letter in letters) * 2 > len(letters) > SHOUTED:
        return clause.lower()
    return SHOUTING.sub(lambda word: word.group().lower(), clause)


@cache
def speech() -> Any:
    """``reflection.yml`` with its patterns compiled."""
    written = yaml.safe_load(Path(__file__).with_name("reflection.yml").read_text(encoding="utf-8"))
    return written | {
        "unspeakable": _any_of(written["unspeakable"]),
        "turned_han": [(re.compile(pattern), instead) for pattern, instead in written["turned_han"]],
        "telling_han": _each(written["telling_han"]),
        "telling_latin": _each(written["telling_latin"]),
    }


def _any_of(patterns: Sequence[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.IGNORECASE)


def _each(patterns: dict[str, str]) -> dict[str, re.Pattern[str]]:
    return {kind: re.compile(pattern, re.IGNORECASE) for kind, pattern in patterns.items()}
