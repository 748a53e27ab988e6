"""The script book: what the desk says and when, what people doubt, and the answer to it (playbook A5).

``data/scripts/*.yml`` holds it, in a form that somebody who does not read code can edit (docs/scripts.md).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

LANGUAGES: Final = ("zh-Hans", "zh-Hant", "en")
CIRCUMSTANCES: Final[tuple[Mapping[str, tuple[str, Any]], ...]] = (
    {"calm": ("heat", "calm"), "hot": ("heat", "hot")},
    {"no_case": ("has_case", False), "with_case": ("has_case", True)},
)
"""What an answer may depend on beside the language: name in the book → slot and its value."""
SLOTS: Final = {name: slot for family in CIRCUMSTANCES for name, slot in family.items()}
PARTS: Final = {"situation", "answer", "buttons", "doubt", "answer_to_doubt"}
DOUBTED: Final = "_doubted"
"""What the answer to an entry's doubt is called after the entry."""

Buttons = tuple[tuple[str, str], ...]
"""Titles, and the words that are said when one is pressed."""


class BookError(ValueError):
    """The script book cannot be read; the message names file, entry and language."""

    def __init__(self, path: Path, place: Iterable[str], reason: str) -> None:
        super().__init__(f"{path.name}: {', '.join(place)}: {reason}")


@dataclass(frozen=True, slots=True)
class Wording:
    """One way to say an entry; ``circumstance`` is a key of SLOTS, None for any."""

    language: str
    circumstance: str | None
    text: str
    buttons: Buttons = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of the book: its situation and its doubt by language, its wordings in the book's order."""

    name: str
    situation: Mapping[str, str]
    wordings: tuple[Wording, ...]
    doubt: Mapping[str, str]


def read(paths: Iterable[Path]) -> dict[str, Entry]:
    """The entries of some files by name, the answer to a doubt as an entry of its own. Raises BookError."""
    book: dict[str, Entry] = {}
    for path in paths:
        for entry in _entries(path):
            if entry.name in book:
                raise BookError(path, [entry.name], "stands twice in the book")
            book[entry.name] = entry
    return book


def _entries(path: Path) -> Iterator[Entry]:
    for name, parts in _load(path).items():
        yield from _Page(path, str(name)).entries(parts)


@dataclass(frozen=True, slots=True)
class _Page:
    """One entry as it stands in its file."""

    path: Path
    name: str

    def entries(self, parts: Any) -> Iterator[Entry]:
        """The entry, and the one that answers its doubt."""
        self._require(isinstance(parts, dict), [], "needs a situation and an answer")
        for unknown in parts.keys() - PARTS:
            self._fail([str(unknown)], "is no part of an entry")
        for missing in {"situation", "answer"} - parts.keys():
            self._fail([missing], "is missing")
        self._require(("doubt" in parts) == ("answer_to_doubt" in parts), ["doubt"], "needs answer_to_doubt")
        situation = self._each(parts["situation"], "situation")
        doubt = self._each(parts["doubt"], "doubt") if "doubt" in parts else {}
        buttons = self._buttons(parts["buttons"]) if "buttons" in parts else {}
        yield Entry(self.name, situation, tuple(self._answers(parts["answer"], "answer", buttons)), doubt)
        if doubt:
            answers = tuple(self._answers(parts["answer_to_doubt"], "answer_to_doubt", {}))
            yield Entry(self.name + DOUBTED, doubt, answers, {})

    def _answers(
        self, part: Any, name: str, buttons: Mapping[tuple[str | None, str], Buttons]
    ) -> Iterator[Wording]:
        for circumstance, language, texts in self._spread(part, name):
            place = [name, *([circumstance] if circumstance else []), language]
            self._require(isinstance(texts, list) and texts, place, "needs a list of sentences")
            pressed = buttons.get((circumstance, language)) or buttons.get((None, language), ())
            for text in texts:
                yield Wording(language, circumstance, self._text(text, place), pressed)

    def _buttons(self, part: Any) -> dict[tuple[str | None, str], Buttons]:
        return {
            (circumstance, language): self._pressed(titles, ["buttons", language])
            for circumstance, language, titles in self._spread(part, "buttons")
        }

    def _pressed(self, titles: Any, place: list[str]) -> Buttons:
        self._require(isinstance(titles, dict) and titles, place, "needs titles and what each says")
        return tuple((self._text(title, place), self._text(said, place)) for title, said in titles.items())

    def _spread(self, part: Any, name: str) -> Iterator[tuple[str | None, str, Any]]:
        """Circumstance (None where it does not matter), language, and what stands there."""
        family = next((each for each in CIRCUMSTANCES if isinstance(part, dict) and each.keys() & part), None)
        if family is None:
            yield from ((None, language, said) for language, said in self._by_language(part, [name]).items())
            return
        for missing in family.keys() - part.keys():
            self._fail([name, missing], "is missing")
        self._require(part.keys() == family.keys(), [name], f"has more than {' and '.join(family)}")
        for circumstance in family:
            spoken = self._by_language(part[circumstance], [name, circumstance])
            yield from ((circumstance, language, said) for language, said in spoken.items())

    def _each(self, part: Any, name: str) -> dict[str, str]:
        spoken = self._by_language(part, [name])
        return {language: self._text(text, [name, language]) for language, text in spoken.items()}

    def _by_language(self, part: Any, place: list[str]) -> dict[str, Any]:
        self._require(isinstance(part, dict), place, f"needs {', '.join(LANGUAGES)}")
        for language in LANGUAGES:
            self._require(language in part, [*place, language], "is missing")
        for unknown in part.keys() - set(LANGUAGES):
            self._fail([*place, str(unknown)], "is no language of the desk")
        return {language: part[language] for language in LANGUAGES}

    def _text(self, text: Any, place: list[str]) -> str:
        written = isinstance(text, str) and bool(text.strip())
        self._require(written, place, f"{text!r} is no text; does it need quotation marks?")
        return str(text)

    def _require(self, holds: object, place: list[str], reason: str) -> None:
        if not holds:
            self._fail(place, reason)

    def _fail(self, place: list[str], reason: str) -> None:
        raise BookError(self.path, [self.name, *place], reason)


def _load(path: Path) -> dict[Any, Any]:
    try:
        entries = _Unique(path.read_text(encoding="utf-8")).get_single_data()
    except yaml.YAMLError as error:
        raise BookError(path, ["reading it"], " ".join(str(error).split())) from error
    if not isinstance(entries, dict):
        raise BookError(path, ["the file"], "holds no entries")
    return entries


class _Unique(yaml.SafeLoader):
    """YAML in which a key that stands twice is an error, not the last one's."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [key.value for key, _ in node.value]
        for key, _ in node.value:
            if keys.count(key.value) > 1:
                raise yaml.constructor.ConstructorError(
                    None, None, f"{key.value} stands twice", key.start_mark
                )
        return super().construct_mapping(node, deep)
