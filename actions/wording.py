"""Names, times and quotes as they stand inside a sentence, in the customer's script (``wording.yml``)."""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from babel.dates import format_date, format_timedelta

from actions.reflection import telling
from actions.turning import HAN, speech
from ledger.policy import Policy
from ledger.vocabulary import Language

LOCALES = {Language.ZH_HANS: "zh_Hans", Language.ZH_HANT: "zh_Hant", Language.EN: "en"}
CLAUSES = re.compile(
    r"[,.](?!\d)|[\uff0c\u3002!\uff01?\uff1f;\uff1b:\uff1a\u3001\n\r\u2026~\uff5e]+|\s{2,}|(?<=[㐀-鿿])\s+(?=[㐀-鿿])"
)
ADDRESSED = re.compile(r"^(?:你们|你們|貴公司|贵公司|您们)(?:家|这边|這邊)?(?:的|这|這|那)?(?:个|個|台|破)?")
ADDRESSED_ENGLISH = re.compile(r"^[Yy]our ")
AT_ONCE = 60
"""Up to how many characters a text is taken for one thing because of a few words in it."""
NOT_BUT = re.compile(r"不是[^是]{1,10}[,\uff0c\u3001\u3002 ]\s*(?:而)?是")
CHARACTERS = range(5, 25)
WORDS = range(4, 17)


@cache
def words(name: str, language: Language) -> Any:
    """The entry ``name`` of wording.yml in ``language``."""
    return _wording()[name][language]


def markers(name: str) -> tuple[str, ...]:
    """The entry ``name`` of wording.yml that is one list for all scripts, in small letters."""
    return tuple(str(marker) for marker in _wording()[name])


def listed(name: str, keys: Iterable[str], language: Language) -> str:
    """The names of ``keys`` in the entry ``name``, joined as one says them."""
    names = words(name, language)
    return joined([str(names[key]) for key in dict.fromkeys(keys)], language)


def joined(names: Sequence[str], language: Language) -> str:
    """Names in a row, as one says them."""
    *first, last = names
    joint = words("joints", language)
    return str(joint["and"]).join([joint["comma"].join(first), last]) if first else last


def moment(at: datetime, now: datetime, policy: Policy, language: Language) -> str:
    """A time as one says it to a customer, in the organisation's time zone: ``今天 15:30``."""
    local = at.astimezone(policy.organisation.time_zone)
    named = day(at, now, policy, language)
    return str(words("moment", language)).format(day=named, time=f"{local:%H:%M}")


def day(at: datetime, now: datetime, policy: Policy, language: Language) -> str:
    """The day of a time, in the organisation's time zone: ``今天``, ``11月24日``."""
    zone = policy.organisation.time_zone
    local, today = at.astimezone(zone).date(), now.astimezone(zone).date()
    near: Sequence[str] = words("days", language)
    ahead = (local - today).days
    if 0 <= ahead < len(near):
        return near[ahead]
    return str(format_date(local, words("date", language), locale=LOCALES[language]))


def duration(length: timedelta, language: Language) -> str:
    """A length of time in words: ``1小时``."""
    return str(format_timedelta(length, locale=LOCALES[language]))


def corrects(text: str) -> bool:
    """Whether a text says that something before it was wrong."""
    said = f" {text.lower()}"
    return bool(NOT_BUT.search(said)) or any(marker in said for marker in markers("correcting"))


def interviews(text: str) -> bool:
    """Whether somebody writes about us, not to us."""
    return any(marker in text.lower() for marker in markers("interviewing"))


def says_it_is_mended(text: str) -> bool:
    """Whether an answer to how it is now says that it is put right."""
    return any(marker in text.lower() for marker in markers("mended"))


def repeats(text: str) -> bool:
    """Whether a short text says that something was said here before."""
    return _is_one_of("repeating", text)


def refuses_contact(text: str) -> bool:
    """Whether a short text refuses a number or an address."""
    return _is_one_of("refusing_contact", text)


def insults(text: str) -> bool:
    """Whether there is an insult in a text."""
    return any(marker in f" {text.lower()} " for marker in markers("insults"))


def asks_who_spoke(text: str) -> bool:
    """Whether somebody wants to know who it was that wrote to them."""
    return any(marker in text.lower() for marker in markers("who_spoke"))


def asks_when(text: str) -> bool:
    """Whether somebody wants to know when they hear from us."""
    plain = text.lower()
    return all(any(marker in plain for marker in markers(name)) for name in ("when", "hear_back"))


def asks_whether_a_robot(text: str) -> bool:
    """Whether it is asked outright who or what answers here."""
    return any(marker in text.lower() for marker in markers("are_you"))


def asks_for_a_robot(text: str) -> bool:
    """Whether a question plainly is about who or what answers here."""
    return any(marker in f" {text.lower()} " for marker in markers("robot"))


def _is_one_of(name: str, text: str) -> bool:
    plain = text.lower().replace("\u2019", "'")
    return len(text) <= AT_ONCE and any(marker in f" {plain} " for marker in markers(name))


def quote(text: str, language: Language) -> str:
    """The customer's own words in quotation marks, ready to open a sentence; empty if none can be kept."""
    said = sentence(reflection(text))
    if bool(HAN.search(said)) is (language is Language.EN):
        return ""
    return str(words("quote", language)).format(said=said) if said else ""


def sentence(clause: str) -> str:
    """A clause as a sentence begins: with a capital, where the script has them."""
    return clause[:1].upper() + clause[1:]


def spaced(name: str, language: Language) -> str:
    """A name that a word follows at once: in Chinese a space stands after a Latin one."""
    return f"{name} " if language is not Language.EN and name[-1:].isascii() else name


def reflection(text: str) -> str:
    """The first clause of a message that may be said back: long enough, no insult, threat or question."""
    clauses = (_as_reported(clause.strip(" -—\"'“”「」()")) for clause in CLAUSES.split(text))
    return next((clause for clause in clauses if _fits(clause)), "")


def _as_reported(clause: str) -> str:
    """Without the word for us it opens with: ``你们的冰箱`` is ``冰箱``, ``Your`` is ``The``."""
    return ADDRESSED_ENGLISH.sub("The ", ADDRESSED.sub("", clause))


def _fits(clause: str) -> bool:
    folded = clause.lower()
    tells = telling(clause, chinese=bool(HAN.search(clause)))
    return (
        bool(tells)
        and _speakable_length(clause)
        and not speech()["unspeakable"].search(clause)
        and not any(word in folded for word in (*markers("unquotable"), *markers("another_matter")))
    )


def _speakable_length(clause: str) -> bool:
    if HAN.search(clause):
        return len(clause) in CHARACTERS
    return len(clause.split()) in WORDS


@cache
def _wording() -> Any:
    return yaml.safe_load(Path(__file__).with_name("wording.yml").read_text(encoding="utf-8"))
