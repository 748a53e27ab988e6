"""What a question is about that asks how the desk works (docs/assistant.md, "Questions about the desk")."""

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.shared.nlu.training_data.message import Message
from scipy.sparse import spmatrix
from sklearn.linear_model import LogisticRegression

from bot.nlu.head import Head, Models, column, features

_NONE = ""
_SURE = 0.4


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class TopicReader(Head):
    """Sets `topic`, with `name` and `confidence`; nothing where no topic is likely enough to answer it.

    It learns from every example, so that a complaint or a question about goods is about none of the topics.
    """

    def learn(self, examples: list[Message]) -> Models:
        """One model of all topics, and of having none."""
        return {"topic": _model().fit(features(examples), column(examples, "topic", _NONE))}

    def read(self, message: Message, row: spmatrix) -> None:
        """Set the likeliest."""
        topics = self.chances("topic", row)[0]
        name = max(topics, key=topics.__getitem__)
        if name != _NONE and topics[name] >= _SURE:
            message.set("topic", {"name": name, "confidence": topics[name]}, add_to_output=True)


def _model() -> LogisticRegression:
    return LogisticRegression(C=8.0, solver="newton-cg", tol=1e-2, class_weight="balanced", random_state=7)
