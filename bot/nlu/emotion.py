"""How the sender feels, as shown in the words: 0 calm · 1 displeased · 2 angry · 3 furious or desperate."""

import numpy
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.shared.nlu.training_data.message import Message
from scipy.sparse import spmatrix
from sklearn.linear_model import LogisticRegression

from bot.nlu.head import Head, Models, column, features
from bot.nlu.patterns import found

_HIGHEST = 3


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class EmotionReader(Head):
    """Sets `emotion`, 0 to 3.

    The levels are an order, so one model a step says whether the feeling goes beyond it.
    """

    def learn(self, examples: list[Message]) -> Models:
        """One model for each step from a level to the next."""
        rows, levels = features(examples), column(examples, "emotion", 0)
        return {f"beyond {level}": _model().fit(rows, levels > level) for level in range(_HIGHEST)}

    def read(self, message: Message, row: spmatrix) -> None:
        """Count the steps that are more likely taken than not."""
        steps = [self.chances(f"beyond {level}", row)[True] for level in range(_HIGHEST)]
        level = int(numpy.sum(numpy.array(steps) > 0.5))
        message.set("emotion", max(level, _least(message.get("text"))), add_to_output=True)


def _least(text: str) -> int:
    """The level that some words show by themselves."""
    return max((int(name) for name in found("emotions", text)), default=0)


def _model() -> LogisticRegression:
    return LogisticRegression(C=4.0, solver="newton-cg", tol=1e-2, class_weight="balanced", random_state=7)
