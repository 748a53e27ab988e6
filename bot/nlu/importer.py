"""Reads the script book into Rasa: every entry becomes a response, every wording a variation of it."""

from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any

from rasa.shared.exceptions import RasaException
from rasa.shared.importers.rasa import RasaFileImporter
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.book import SLOTS, BookError, Entry, Wording, read

FOLDER = "scripts"
SPOKEN_BY_RASA = "utter_"


class BrokenBookError(RasaException):  # type: ignore[misc]
    """The script book has a mistake: what ``rasa train`` prints, in one line, instead of training."""


class ScriptBookImporter(RasaFileImporter):  # type: ignore[misc]
    """Rasa's own files, and the script book in the folder ``scripts`` beside them.

    The desk's own sentences (``desk_…``) stay outside: Rasa never speaks them.
    """

    def __init__(
        self,
        config_file: str | None = None,
        domain_path: str | None = None,
        training_data_paths: list[str] | str | None = None,
    ) -> None:
        """Find the files. Raises BrokenBookError."""
        super().__init__(config_file, domain_path, training_data_paths)
        places = [training_data_paths] if isinstance(training_data_paths, str) else training_data_paths or []
        files = sorted(file for place in places for file in (Path(place) / FOLDER).glob("*.yml"))
        try:
            self._responses = responses(read(files))
        except BookError as error:
            raise BrokenBookError(str(error)) from error

    def get_nlu_data(self, language: str | None = "en") -> TrainingData:
        """Rasa's training data, and the book's entries as its responses; read once for three askers.

        The language is Rasa's, and makes no difference to what is read.
        """
        return self._data

    @cached_property
    def _data(self) -> TrainingData:
        data = super().get_nlu_data()
        data.responses.update(self._responses)
        return data


def responses(book: dict[str, Entry]) -> dict[str, list[dict[str, Any]]]:
    """The entries Rasa speaks, as it knows them: variations with conditions on slots."""
    return {
        name: [_variation(wording) for wording in entry.wordings]
        for name, entry in book.items()
        if name.startswith(SPOKEN_BY_RASA)
    }


def _variation(wording: Wording) -> dict[str, Any]:
    variation: dict[str, Any] = {"condition": list(_conditions(wording)), "text": wording.text}
    if wording.buttons:
        variation["buttons"] = [{"title": title, "payload": said} for title, said in wording.buttons]
    return variation


def _conditions(wording: Wording) -> Iterator[dict[str, Any]]:
    yield {"type": "slot", "name": "language", "value": wording.language}
    if wording.circumstance:
        slot, value = SLOTS[wording.circumstance]
        yield {"type": "slot", "name": slot, "value": value}
