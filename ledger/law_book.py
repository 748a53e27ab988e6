"""Law notes (法规备忘, playbook D7), as data: what agents look up, and nobody says to a customer.

One file a topic in ``ledger/law/notes``; the laws they name stand in ``ledger/law/laws.yml``
(docs/law.md tells how to write one). They are no legal advice: the legal department decides.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Final

import yaml
from pydantic import Field

from ledger.parts import Names, Part
from ledger.script import fold
from ledger.vocabulary import Category, Signal

FOLDER: Final = Path(__file__).parent / "law"


class Law(Part):
    """A law: its official name, and which version of it was read."""

    names: Names
    version: Names


class Provision(Part):
    """What a law says, in plain words; ``articles`` are their numbers, none where nobody was sure of one."""

    law: str
    articles: tuple[int, ...] = ()
    text: Names


class Fits(Part):
    """Which conversation a note is for: one of these kinds of complaint or signals.

    With ``words``, the customer must have used one of them besides.
    """

    categories: frozenset[Category] = frozenset()
    signals: frozenset[Signal] = frozenset()
    words: tuple[str, ...] = ()


class LawNote(Part):
    """When it matters, what the law says, what an agent may say of it, and when the lawyers are asked.

    ``as_of`` is the day on which it was last held against the law.
    """

    title: Names
    when: Names
    says: tuple[Provision, ...] = Field(min_length=1)
    may: tuple[Names, ...] = Field(min_length=1)
    may_not: tuple[Names, ...] = Field(min_length=1)
    ask: Names
    fits: Fits
    as_of: date

    def is_old(self, today: date, recheck_after: timedelta) -> bool:
        """Whether nobody has held it against the law for longer than ``recheck_after``."""
        return self.as_of + recheck_after < today

    def texts(self) -> Iterator[str]:
        """Everything it says, in every language."""
        for names in (self.title, self.when, *(one.text for one in self.says), *self.may, *self.may_not):
            yield from names.values()
        yield from self.ask.values()


@dataclass(frozen=True, slots=True)
class LawBook:
    """The notes and the laws by their keys, in the order of the files."""

    notes: Mapping[str, LawNote]
    laws: Mapping[str, Law]

    def found(self, words: str) -> list[str]:
        """The keys of the notes that contain every one of ``words``, in any language and either script."""
        wanted = [fold(word) for word in words.split()]
        return [key for key, text in _searched().items() if all(word in text for word in wanted)]

    def fitting(self, told: str, category: Category | None, signals: frozenset[Signal]) -> list[str]:
        """The keys of the notes for what a customer told, what points at them most clearly first."""
        rated = {key: _fits(note.fits, fold(told), category, signals) for key, note in self.notes.items()}
        return sorted((key for key, points in rated.items() if points), key=lambda key: -rated[key])


@cache
def law_book(folder: Path = FOLDER) -> LawBook:
    """Every note in ``folder``.

    Raises:
        ValueError: a note names a law that ``laws.yml`` does not have.
    """
    laws = {key: Law.model_validate(law) for key, law in _yaml(folder / "laws.yml").items()}
    files = sorted((folder / "notes").glob("*.yml"))
    notes = {file.stem: LawNote.model_validate(_yaml(file)) for file in files}
    for key, note in notes.items():
        if unknown := sorted({one.law for one in note.says} - set(laws)):
            raise ValueError(f"{key}: laws.yml has no {', '.join(unknown)}")
    return LawBook(notes, laws)


@cache
def _searched() -> Mapping[str, str]:
    """Each note's words with the names of its laws, in one script."""
    book = law_book()
    return {key: fold("\n".join([*note.texts(), *_sources(book, note)])) for key, note in book.notes.items()}


def _sources(book: LawBook, note: LawNote) -> Iterator[str]:
    for one in note.says:
        yield from book.laws[one.law].names.values()
        yield from (f"第{number}条" for number in one.articles)


def _fits(fits: Fits, told: str, category: Category | None, signals: frozenset[Signal]) -> int:
    """How clearly a conversation points at a note; 0: not at all. A signal weighs more than a kind."""
    if fits.words and not any(fold(word) in told for word in fits.words):
        return 0
    points = 2 * len(fits.signals & signals) + (category in fits.categories)
    return points + (1 if points and fits.words else 0)


def _yaml(file: Path) -> Mapping[str, object]:
    read: Mapping[str, object] = yaml.safe_load(file.read_text("utf-8"))
    return read
