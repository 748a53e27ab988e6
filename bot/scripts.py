"""The desk's own sentences: what is said when the assistant does not speak (``data/scripts/desk.yml``)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

import yaml

from ledger.vocabulary import Language


class Scripts:
    """Sentences by name and language, in the format of Rasa's responses with a condition on the language."""

    def __init__(self, sentences: Mapping[tuple[str, Language], str]) -> None:
        self._sentences = sentences

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read ``path``. Raises KeyError for a name that is not in every language."""
        responses = yaml.safe_load(path.read_text(encoding="utf-8"))["responses"]
        return cls(
            {
                (name, language): _variation(name, variations, language)
                for name, variations in responses.items()
                for language in Language
            }
        )

    def say(self, name: str, language: Language, **values: object) -> str:
        """The sentence called ``name``, with ``{placeholders}`` filled in. Raises KeyError."""
        return self._sentences[name, language].format(**values)


def _variation(name: str, variations: list[dict[str, Any]], language: Language) -> str:
    for variation in variations:
        if any(
            condition.get("name") == "language" and condition.get("value") == language
            for condition in variation.get("condition", ())
        ):
            return str(variation["text"])
    raise KeyError(f"{name} has no text in {language}")
