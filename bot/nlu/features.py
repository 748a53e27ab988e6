"""What the heads read: words, characters, concepts and the tone of a message, as one sparse row."""

import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import joblib
import numpy
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.featurizers.sparse_featurizer.sparse_featurizer import SparseFeaturizer
from rasa.nlu.tokenizers.tokenizer import Tokenizer
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.pipeline import FeatureUnion

from bot.nlu.clauses import clauses
from bot.nlu.concepts import concepts
from bot.nlu.script import fold
from bot.nlu.tokenizer import words

CLAUSES = "clauses"
_TONE = {
    "shout": re.compile(r"[!！]"),
    "outcry": re.compile(r"[!！]{2,}|[?？][!！]|[!！][?？]|[?？]{2,}"),
    "question": re.compile(r"[?？]|吗|么$|呢$"),
    "capitals": re.compile(r"\b[A-Z]{3,}\b"),
    "trailing": re.compile(r"\.{3,}|…|。。"),
    "link": re.compile(r"<link>|https?:"),
    "mention": re.compile(r"(?<!\w)@\w"),
    "masked": re.compile(r"\bxx+\b|\*{3,}", re.IGNORECASE),
    "money": re.compile(r"[$¥￥€£]\s?\d|\d\s?(?:元|块|塊|rmb|usd|dollars|bucks)", re.IGNORECASE),
    "emoji": re.compile("[\U0001f300-\U0001faff☀-➿]"),
    "digits": re.compile(r"\d"),
    "phone": re.compile(r"(?<!\d)(?:1[3-9]\d{9}|\+?0?\d{2,4}[ )-]+\d{3,4}[ -]?\d{3,4}|09\d{8})(?!\d)"),
    "address": re.compile(r"\w@\w"),
}


def vectorizer() -> FeatureUnion:
    """An untrained vectorizer of texts; blocks are normalised apart, so a long letter drowns no concept."""

    def block(analyzer: Any, rarest: int) -> TfidfVectorizer:
        return TfidfVectorizer(analyzer=analyzer, min_df=rarest, sublinear_tf=True, dtype="float32")

    return FeatureUnion(
        [
            ("words", block(_word_grams, 2)),
            ("characters", block(_character_grams, 2)),
            ("concepts", block(_notions, 1)),
            ("tone", block(_tone, 1)),
        ],
        transformer_weights={"words": 1.0, "characters": 1.0, "concepts": 1.0, "tone": 0.5},
    )


@dataclass(frozen=True)
class _Block:
    """What is left of a trained block to read with; its columns begin at `start` in a row of all blocks."""

    read: Callable[[str], Iterable[str]]
    columns: Mapping[str, int]
    rarity: numpy.ndarray[Any, Any]
    weight: float
    start: int

    def values(self, text: str) -> tuple[numpy.ndarray[Any, Any], numpy.ndarray[Any, Any]]:
        """The columns that the text fills, in order, and with what: as a `TfidfVectorizer` says."""
        counted = Counter(
            column for term in self.read(text) if (column := self.columns.get(term)) is not None
        )
        if not counted:
            return _NOWHERE, _NOTHING
        columns = numpy.array(sorted(counted), dtype=numpy.int32)
        times = numpy.array([counted[column] for column in columns.tolist()], dtype=numpy.float32)
        values = (numpy.log(times) + 1) * self.rarity[columns]
        return columns + self.start, values * (self.weight / math.sqrt(float(values @ values)))


_NOWHERE = numpy.empty(0, dtype=numpy.int32)
_NOTHING = numpy.empty(0, dtype=numpy.float32)


def _blocks(trained: FeatureUnion) -> list[_Block]:
    start, found = 0, []
    for name, block in trained.transformer_list:
        weight = trained.transformer_weights[name]
        found.append(_Block(block.analyzer, block.vocabulary_, block.idf_, weight, start))
        start += len(block.vocabulary_)
    return found


def _rows(blocks: Sequence[_Block], texts: list[str]) -> csr_matrix:
    """A row a text. What scikit-learn does besides, for any number of texts, is dearer than the work."""
    read = [[block.values(text) for block in blocks] for text in texts]
    ends = numpy.cumsum([0, *(sum(len(columns) for columns, _ in row) for row in read)])
    columns, values = (numpy.concatenate([block[part] for row in read for block in row]) for part in (0, 1))
    width = blocks[-1].start + len(blocks[-1].columns)
    return csr_matrix((values.astype(numpy.float32), columns, ends), shape=(len(texts), width))


def _word_grams(text: str) -> Iterator[str]:
    spoken = [word for word, _ in words(text)]
    yield from spoken
    yield from (f"{first} {second}" for first, second in pairwise(spoken))


def _character_grams(text: str) -> Iterator[str]:
    for word, _ in words(text):
        if word.isascii():
            yield from (word[:end] for end in range(4, len(word)))
    runs = re.findall(r"[㐀-鿿]+", fold(text))
    for run in runs:
        yield from (run[start : start + size] for size in (1, 2, 3) for start in range(len(run) - size + 1))


def _notions(text: str) -> Iterator[str]:
    named = concepts(text, [word for word, _ in words(text)])
    yield from named.elements()
    yield "something" if named else "nothing"


def _tone(text: str) -> Iterator[str]:
    yield from (name for name, pattern in _TONE.items() for _ in pattern.findall(text)[:4])
    length = len(words(text))
    yield f"length:{min(length.bit_length(), 7)}"
    yield "script:han" if re.search(r"[㐀-鿿]", text) else "script:latin"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=True)
class ComplaintFeaturizer(SparseFeaturizer, GraphComponent):  # type: ignore[misc]
    """Gives every message its sparse sentence features."""

    @classmethod
    def required_components(cls) -> list[type]:
        """Words come first."""
        return [Tokenizer]

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "ComplaintFeaturizer":
        """An untrained featurizer."""
        return cls(execution_context.node_name, config, model_storage, resource, vectorizer())

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> "ComplaintFeaturizer":
        """The featurizer as it was trained."""
        with model_storage.read_from(resource) as folder:
            trained = joblib.load(folder / "vectorizer.joblib")
        return cls(execution_context.node_name, config, model_storage, resource, trained)

    def __init__(
        self,
        name: str,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        trained: FeatureUnion,
    ) -> None:
        """Keep what training will need to store."""
        super().__init__(name, config)
        self._model_storage = model_storage
        self._resource = resource
        self._vectorizer = trained
        self._trained_blocks: list[_Block] = []

    @property
    def _blocks(self) -> list[_Block]:
        """Once it is trained."""
        self._trained_blocks = self._trained_blocks or _blocks(self._vectorizer)
        return self._trained_blocks

    def train(self, training_data: TrainingData) -> Resource:
        """Learn the vocabulary."""
        self._vectorizer.fit([example.get(TEXT) for example in training_data.intent_examples])
        with self._model_storage.write_to(self._resource) as folder:
            joblib.dump(self._vectorizer, folder / "vectorizer.joblib")
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Give every example its features."""
        examples = training_data.intent_examples
        rows = _rows(self._blocks, [example.get(TEXT) for example in examples])
        for example, row in zip(examples, rows, strict=True):
            self._add(example, row)
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Give every message its features, and a row for each of its clauses where it has several."""
        for message in messages:
            text = message.get(TEXT) or ""
            parts = clauses(text)
            rows = _rows(self._blocks, [text, *(parts if len(parts) > 1 else [])])
            self._add(message, rows[0])
            message.set(CLAUSES, rows[1:])
        return messages

    def _add(self, message: Message, row: csr_matrix) -> None:
        self.add_features_to_message(sequence=None, sentence=row, attribute=TEXT, message=message)

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        """There is nothing to configure."""
