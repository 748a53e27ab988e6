"""The desk's own sentences: what is said when the assistant does not speak (``data/scripts/desk.yml``)."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final, Self

from babel.dates import format_skeleton, format_time

from bot.nlu.book import Entry, read
from bot.nlu.choosing import least_heard
from ledger.vocabulary import Language

SEAM: Final = re.compile(r"(?<=[A-Za-z0-9])(?=[㐀-鿿])|(?<=[㐀-鿿])(?=[A-Za-z0-9])")
"""Where a Chinese sentence and a Latin name or a number meet: a space belongs there."""
LOCALES: Final = {Language.ZH_HANS: "zh_Hans", Language.ZH_HANT: "zh_Hant", Language.EN: "en"}


class Scripts:
    """The desk's entries of the script book."""

    def __init__(self, book: Mapping[str, Entry]) -> None:
        self._book = book

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read ``path``. Raises BookError when a sentence is not there in every language."""
        return cls(read([path]))

    def say(self, name: str, language: Language, /, *, heard: Sequence[str] = (), **values: object) -> str:
        """The entry called ``name``, with its ``{placeholders}`` filled in. Raises KeyError.

        ``heard`` is how it was said before, oldest first: it is said otherwise as long as there is a way.
        """
        wordings = [wording.text for wording in self._book[name].wordings if wording.language == language]
        said = [SEAM.sub(" ", wording.format(**values)) for wording in wordings]
        return said[least_heard(said, heard) or 0]


def day_and_time(when: datetime, language: Language) -> str:
    """When something will be, in the words of the language; ``when`` is in the zone it is told in."""
    locale = LOCALES[language]
    return f"{format_skeleton('MMMEd', when, locale=locale)} {format_time(when, 'HH:mm', locale=locale)}"
