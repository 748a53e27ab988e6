"""A statement in force (统一口径, playbook D1), what it is about, and what departs from it.

Pure: it reads texts. Which statements are in force, the ledger says (``ledger/services/statements.py``).
"""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Final

from ledger.guard import Finding, unquoted
from ledger.script import fold
from ledger.vocabulary import Category, Language, Topic

SCRIPT: Final = "utter_respond_statement"
"""The assistant's messages that are a statement bear this script, with the statement's number."""
FORBIDDEN: Final = "statement_forbidden"
DEPARTS: Final = "statement_departs"
LINES: Final = re.compile(r"[\n;；]+")
LISTED: Final = re.compile(r"[\n;；,，、]+")
SENTENCE: Final = re.compile(r"[^。!?！？;；\n]+?(?:[。!?！？;；\n]|\.(?=\s|$)|$)")
FIGURE: Final = re.compile(
    r"\d{1,2}月\d{1,2}[日号]?|"
    r"(?<![\d:-])\d{1,5}(?:[.,]\d+)?(?!\d|:\d|[点时]) ?(?:%|[a-z]+|[㐀-鿿])?"
    r"|[一二两三四五六七八九十百千万]+(?:台|人|起|例|件|批|次|家|天|周|个?月|年|小时|元|万)"
    r"|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|hundreds?|thousands?|dozens?)\b"
)
"""Figures and dates, without times of day and without numbers as long as a phone's or a case's."""
CAUSE: Final = re.compile(
    r"(?:因为|由于|原因是|起因是|问题出在|归咎于?)(?P<zh>[^,。!?;:\n]{2,30})"
    r"|\b(?:because(?: of)?|due to|caused by|owing to|as a result of) (?P<en>[^,.!?;:\n]{3,60})"
)


@dataclass(frozen=True)
class Statement:
    """What is said on a subject. ``forbidden`` are phrases that are not; ``press``: journalists may hear it.

    It is about a message that holds one of ``words``, is a question on one of ``asked``, or a complaint of
    ``categories``. ``until`` is None when it does not end by itself.
    """

    number: str
    topic: str
    words: tuple[str, ...]
    categories: frozenset[Category]
    asked: frozenset[Topic]
    texts: Mapping[Language, str]
    forbidden: tuple[str, ...]
    press: bool
    since: datetime
    until: datetime | None

    @property
    def script(self) -> str:
        """What a message that says it is marked with."""
        return f"{SCRIPT}:{self.number}"

    def holds(self, now: datetime) -> bool:
        """Whether ``now`` is within its period."""
        return self.since <= now and (self.until is None or now <= self.until)

    def mentioned_in(self, text: str) -> bool:
        """Whether a text names its subject."""
        return self._named.search(fold(text)) is not None

    def concerns(self, text: str, *, topic: Topic | None = None, category: Category | None = None) -> bool:
        """Whether a message is about its subject, by its words or by what it was heard as."""
        return topic in self.asked or category in self.categories or self.mentioned_in(text)

    def departures(self, text: str, language: Language) -> list[Finding]:
        """What in a text departs from it: its forbidden phrases, and what it does not say on its subject.

        Beside the subject's name it reads figures, dates and causes, unless the core sentence is told too.
        """
        plain = unquoted(text)
        found = [(place, FORBIDDEN) for phrase in self.forbidden for place in _places(phrase, plain)]
        if self._named.search(plain) and not self._says_the_core(plain):
            found += [(place, DEPARTS) for place in self._beyond(plain)]
        return [
            Finding(rule, start, end, text[start:end].strip(), instead=self.texts[language])
            for (start, end), rule in sorted(set(found))
        ]

    def _says_the_core(self, plain: str) -> bool:
        return any(_bare(core) in _bare(plain) for core in self._cores)

    def _beyond(self, plain: str) -> Iterator[tuple[int, int]]:
        for figure in FIGURE.finditer(plain):
            if _bare(figure.group()) not in self._said:
                yield figure.span()
        for cause in CAUSE.finditer(plain):
            if _bare(cause["zh"] or cause["en"]) not in self._said:
                yield cause.span()

    @cached_property
    def _named(self) -> re.Pattern[str]:
        return re.compile("|".join(_pattern(word) for word in self.words) or r"(?!)")

    @cached_property
    def _said(self) -> str:
        return "\n".join(_bare(fold(text)) for text in self.texts.values())

    @cached_property
    def _cores(self) -> list[str]:
        return [core_of(fold(text)) for text in self.texts.values()]


def about(
    statements: Collection[Statement],
    text: str,
    *,
    topic: Topic | None = None,
    category: Category | None = None,
) -> Statement | None:
    """The statement a message is about: one it names goes before one for all of its kind."""
    named = (one for one in statements if one.mentioned_in(text))
    meant = (one for one in statements if one.concerns(text, topic=topic, category=category))
    return next(named, None) or next(meant, None)


def core_of(text: str) -> str:
    """The first sentence, which whoever speaks on the subject says at least."""
    first = SENTENCE.search(text.strip())
    return first.group() if first else text


def listed(written: str | None) -> tuple[str, ...]:
    """Keywords as they are entered: one a line, or with commas."""
    return _entries(LISTED, written)


def phrases(written: str | None) -> tuple[str, ...]:
    """Phrases as they are entered: one a line."""
    return _entries(LINES, written)


def _entries(between: re.Pattern[str], written: str | None) -> tuple[str, ...]:
    return tuple(entry.strip() for entry in between.split(written or "") if entry.strip())


def _places(phrase: str, plain: str) -> Iterator[tuple[int, int]]:
    return (found.span() for found in re.finditer(_pattern(phrase), plain))


def _pattern(word: str) -> str:
    """Finds a word in folded text; one in letters stands by itself, with or without the plural's s."""
    folded = fold(word.strip())
    spelt = r"\s+".join(re.escape(part) for part in folded.split())
    return rf"(?<![a-z0-9]){spelt}(?:e?s)?(?![a-z0-9])" if folded.isascii() else spelt


def _bare(text: str) -> str:
    return re.sub(r"[\W_]+", "", text)
