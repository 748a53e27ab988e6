"""The frame of a trained reading of a message: linear models over its sparse features."""

from abc import ABC, abstractmethod
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

Models = dict[str, Any]


class Head(GraphComponent, ABC):  # type: ignore[misc]
    """Learns some models from the training data, keeps them, and reads messages with them."""

    def __init__(self, model_storage: ModelStorage, resource: Resource, models: Models) -> None:
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
        self._models = self.learn(training_data.intent_examples)
        with self._model_storage.write_to(self._resource) as folder:
            joblib.dump(self._models, folder / "models.joblib")
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Set what this head reads on each message."""
        for message in messages:
            self.read(message, features([message]))
        return messages

    @abstractmethod
    def learn(self, examples: list[Message]) -> Models:
        """The models, trained on the examples."""

    @abstractmethod
    def read(self, message: Message, row: spmatrix) -> None:
        """Set on the message what its row of features says."""

    def chances(self, model: str, row: spmatrix) -> dict[Any, float]:
        """The probability of each of a model's labels.

        Worked out here and not by `predict_proba`, whose checks of its input cost more than the sum itself.
        """
        trained = self._models[model]
        scores = (row @ trained.coef_.T + trained.intercept_)[0]
        chances = softmax(scores) if len(scores) > 1 else [1 - expit(scores[0]), expit(scores[0])]
        return dict(zip(trained.classes_.tolist(), map(float, chances), strict=True))


def features(messages: list[Message]) -> spmatrix:
    """One row of features a message."""
    return vstack([message.get_sparse_features(TEXT)[1].features for message in messages]).tocsr()


def label(example: Message, name: str, default: Any) -> Any:
    """What the training data say of an example under that name (`metadata` beside its intent)."""
    stated = example.get("metadata") or {}
    return (stated.get("intent") or {}).get(name, default)


def column(examples: list[Message], name: str, default: Any) -> numpy.ndarray[Any, Any]:
    """That label of every example."""
    return numpy.array([label(example, name, default) for example in examples])
