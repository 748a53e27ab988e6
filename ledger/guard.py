"""The guard: what nobody at the desk may say (playbook A6), found by the rules in ``guard.yml``.

Pure: it reads a text and, for promises, what the ledger holds behind them (``backing.py``).
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml

from ledger.backing import Backing, Backs
from ledger.script import fold
from ledger.vocabulary import Language

RULES: Final = Path(__file__).with_name("guard.yml")
OVERRIDDEN: Final = "guard.overridden"
HELD_BACK: Final = "guard.held_back"
"""What the ledger calls it when staff said it all the same, and when the assistant did not say it."""
HAN: Final = re.compile("[㐀-鿿]")
LATIN: Final = re.compile("[a-z]")
SENTENCE_END: Final = re.compile(r"[。!?;\n]|\.(?=\s|$)")
GONE: Final = "\N{MIDDLE DOT}"
"""Stands where a look-alike was, one for each character; no wording meets it."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Forbidden speech: the rule it breaks and where, as positions in the text; ``excerpt`` is the words.

    ``instead`` is what is said on the subject here, where a statement in force says it (playbook D1).
    """

    rule: str
    start: int
    end: int
    excerpt: str
    instead: str | None = None


@dataclass(frozen=True, slots=True)
class Advice:
    """A rule as the person who writes is told of it: its name, the reason, a better way to say it."""

    name: str
    reason: str
    better: str


@dataclass(frozen=True, slots=True)
class _Wording:
    """One writing system's side of a rule."""

    says: re.Pattern[str]
    unless: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class _Rule:
    name: str
    wordings: Mapping[str, _Wording]
    advice: Mapping[Language, Advice]
    backs: Backs | None

    def spans(self, folded: str, script: str, backings: Sequence[Backing]) -> Iterator[tuple[int, int]]:
        wording = self.wordings[script]
        if wording.says.search(folded) is None:
            return
        kept = _blank(wording.unless, folded)
        for said in wording.says.finditer(kept):
            if not self._backed(folded, said, backings):
                yield said.span()

    def _backed(self, folded: str, said: re.Match[str], backings: Sequence[Backing]) -> bool:
        if self.backs is None or not backings:
            return False
        sentence = _sentence(folded, said)
        return any(self.backs.covers(sentence, backing) for backing in backings)


def check(text: str, *, backings: Sequence[Backing] = ()) -> list[Finding]:
    """The forbidden speech in ``text``, in its order; what stands in quotation marks is somebody else's.

    ``backings`` are the clocks that run, with their owners: contact they back may be promised.
    """
    folded = unquoted(text)
    spans = {
        (*span, rule.name)
        for script in _scripts(folded)
        for rule in _book().rules.values()
        for span in rule.spans(folded, script, backings)
    }
    return [Finding(rule, start, end, text[start:end].strip()) for start, end, rule in sorted(spans)]


def advice(rule: str, language: Language) -> Advice:
    """What to tell the person who wrote it. Raises KeyError: there is no such rule."""
    book = _book()
    return (book.rules[rule].advice if rule in book.rules else book.statements[rule])[language]


def impersonal(text: str) -> str:
    """The folded text without the words for who speaks and who is spoken to."""
    return " ".join(_book().persons.sub(" ", fold(text)).split())


def unquoted(text: str) -> str:
    """The folded text, of the same length, without what stands in quotation marks."""
    return _blank(_book().quoted, fold(text))


def rules() -> list[str]:
    """The names of all rules that hold for every text, in the order of the file."""
    return list(_book().rules)


def _scripts(folded: str) -> Iterator[str]:
    if HAN.search(folded):
        yield "zh"
    if LATIN.search(folded):
        yield "en"


def _blank(pattern: re.Pattern[str], folded: str) -> str:
    return pattern.sub(lambda gone: GONE * len(gone.group()), folded)


def _sentence(folded: str, said: re.Match[str]) -> str:
    ends = [end.end() for end in SENTENCE_END.finditer(folded)]
    begin = max((end for end in ends if end <= said.start()), default=0)
    return folded[begin : min((end for end in ends if end >= said.end()), default=len(folded))]


@dataclass(frozen=True, slots=True)
class _Book:
    quoted: re.Pattern[str]
    persons: re.Pattern[str]
    rules: Mapping[str, _Rule]
    statements: Mapping[str, Mapping[Language, Advice]]


@cache
def _book() -> _Book:
    written = yaml.safe_load(RULES.read_text(encoding="utf-8"))
    reported = written["reported"]
    rules = {name: _rule(name, entry, reported) for name, entry in written["rules"].items()}
    statements = {name: _advice(entry) for name, entry in written["statements"].items()}
    return _Book(re.compile(fold(written["quoted"])), re.compile(written["persons"]), rules, statements)


def _rule(name: str, entry: Mapping[str, Any], reported: Mapping[str, str]) -> _Rule:
    wordings = {
        script: _Wording(
            _any_of(entry["says"][script]),
            _any_of([*entry["unless"][script], *([reported[script]] if entry.get("reported") else [])]),
        )
        for script in entry["says"]
    }
    return _Rule(name, wordings, _advice(entry), Backs.read(entry["backed"]) if "backed" in entry else None)


def _advice(entry: Mapping[str, Any]) -> Mapping[Language, Advice]:
    return {
        language: Advice(entry["name"][language], entry["reason"][language], entry["better"][language])
        for language in Language
    }


def _any_of(wordings: list[str]) -> re.Pattern[str]:
    return re.compile("|".join(wordings or [r"(?!)"]))
