"""The frame of a trained reading of a message: linear models over its sparse features."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any

import joblib
import numpy
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.featurizers.featurizer import Featurizer
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from scipy.sparse import spmatrix, vstack
from scipy.special import expit, softmax
from sklearn.linear_model import LogisticRegression

Models = dict[str, LogisticRegression]


@dataclass(frozen=True)
class Linear:
    """What is left of a trained model to read with: for each class a column of `weights` and a `bias`.

    A model of two classes has one column, for the second of them. Weights lie as the product needs them: it
    would copy them for every message otherwise, which is dearer than the product.
    """

    classes: list[Any]
    weights: numpy.ndarray[Any, Any]
    bias: numpy.ndarray[Any, Any]

    @classmethod
    def of(cls, trained: LogisticRegression) -> "Linear":
        """The model as it was trained."""
        weights = numpy.ascontiguousarray(trained.coef_.T, dtype=numpy.float32)
        return cls(trained.classes_.tolist(), weights, trained.intercept_)

    def chances(self, rows: spmatrix) -> list[dict[Any, float]]:
        """The probability of each class, for each row."""
        scores = rows @ self.weights + self.bias
        likely = (
            softmax(scores, axis=1) if scores.shape[1] > 1 else numpy.hstack([expit(-scores), expit(scores)])
        )
        return [dict(zip(self.classes, each, strict=True)) for each in likely.tolist()]


class Head(GraphComponent, ABC):  # type: ignore[misc]
    """Learns some models from the training data, keeps them, and reads messages with them."""

    def __init__(self, model_storage: ModelStorage, resource: Resource, models: dict[str, Linear]) -> None:
        """Keep the models, and what training needs to store them."""
        self._model_storage = model_storage
        self._resource = resource
        self._models = models

    @classmethod
    def required_components(cls) -> list[type]:
        """Features come first."""
        return [Featurizer]

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "Head":
        """An untrained head."""
        return cls(model_storage, resource, {})

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> "Head":
        """The head as it was trained."""
        with model_storage.read_from(resource) as folder:
            return cls(model_storage, resource, joblib.load(folder / "models.joblib"))

    def train(self, training_data: TrainingData) -> Resource:
        """Learn from every example."""
        models = self.learn(training_data.intent_examples)
        self._models = {name: Linear.of(model) for name, model in models.items()}
        with self._model_storage.write_to(self._resource) as folder:
            joblib.dump(self._models, folder / "models.joblib")
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Set what this head reads on each message."""
        for message in messages:
            self.read(message, _row(message))
        return messages

    @abstractmethod
    def learn(self, examples: list[Message]) -> Models:
        """The models, trained on the examples."""

    @abstractmethod
    def read(self, message: Message, row: spmatrix) -> None:
        """Set on the message what its row of features says."""

    def chances(self, model: str, rows: spmatrix) -> list[dict[Any, float]]:
        """The probability of each of a model's labels, for each row."""
        return self._models[model].chances(rows)


def features(messages: list[Message]) -> spmatrix:
    """One row of features a message."""
    return vstack([_row(message) for message in messages]).tocsr()


def _row(message: Message) -> spmatrix:
    return message.get_sparse_features(TEXT)[1].features


def label(example: Message, name: str, default: Any) -> Any:
    """What the training data say of an example under that name (`metadata` beside its intent)."""
    stated = example.get("metadata") or {}
    return (stated.get("intent") or {}).get(name, default)


def column(examples: list[Message], name: str, default: Any) -> numpy.ndarray[Any, Any]:
    """That label of every example."""
    return numpy.array([label(example, name, default) for example in examples])
