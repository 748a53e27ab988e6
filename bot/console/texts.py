"""The words on the screens, in the reader's language.

They stand in ``texts/<language>.yml``, those of a subject of its own in ``texts/<subject>/<language>.yml``.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Any, Final

import yaml

from ledger.vocabulary import Language

FOLDER = Path(__file__).parent / "texts"


class Plurals(Formatter):
    """``{count:case|cases}`` is the word for one, or for any other number."""

    def format_field(self, value: Any, format_spec: str) -> Any:
        """The value, or the word that goes with it."""
        one, several, others = format_spec.partition("|")
        if not several:
            return super().format_field(value, format_spec)
        return one if str(value) == "1" else others


PLURALS: Final = Plurals()


@dataclass(frozen=True, slots=True)
class Texts:
    """The texts of one language, by key: ``texts("queue.waiting", count=3)``."""

    language: Language
    entries: Mapping[str, str]

    def __call__(self, key: str, /, **values: object) -> str:
        """The text of ``key`` with its ``{…}`` filled in. A key that is missing is a KeyError."""
        return PLURALS.format(self.entries[key], **values)

    def word(self, kind: str, value: object) -> str:
        """A word of a vocabulary (``category.fee_dispute``) for people, as it is if nobody translated it."""
        return self.entries.get(f"{kind}.{value}", str(value))

    def words(self, kind: str, values: object) -> str:
        """Several words in one line."""
        listed = values if isinstance(values, list | tuple) else [values]
        return self("format.and").join(self.word(kind, value) for value in listed)

    def options(self, kind: str) -> dict[str, str]:
        """Every word of a vocabulary with its text, in the order of the file, for a choice."""
        prefix = f"{kind}."
        return {
            key.removeprefix(prefix): text for key, text in self.entries.items() if key.startswith(prefix)
        }


@cache
def texts(language: Language) -> Texts:
    """The texts of ``language``."""
    entries: dict[str, str] = {}
    for file in sorted(FOLDER.rglob(f"{language}.yml")):
        entries.update(_flat(yaml.safe_load(file.read_text("utf-8"))))
    return Texts(language, entries)


def _flat(tree: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    for key, value in tree.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", str(value)
