"""How strong the feeling is (playbook A9): 0 calm · 1 displeased · 2 angry · 3 furious or desperate."""

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

    The levels are an order. Whether the feeling goes beyond a level is asked twice: of one model a step,
    which knows the order, and of one of all levels, which tells them apart better. Both have half a say.
    """

    def learn(self, examples: list[Message]) -> Models:
        """One model for each step from a level to the next, and one of all levels."""
        rows, levels = features(examples), column(examples, "emotion", 0)
        steps = {f"beyond {level}": _model(4.0).fit(rows, levels > level) for level in range(_HIGHEST)}
        return steps | {"levels": _model(8.0).fit(rows, levels)}

    def read(self, message: Message, row: spmatrix) -> None:
        """Count the steps that are more likely taken than not; some words take them by themselves."""
        levels = self.chances("levels", row)[0]
        level = sum(self._beyond(level, levels, row) > 0.5 for level in range(_HIGHEST))
        message.set("emotion", max(level, _least(message.get("text"))), add_to_output=True)

    def _beyond(self, level: int, levels: dict[int, float], row: spmatrix) -> float:
        above = sum(chance for each, chance in levels.items() if each > level)
        return (above + self.chances(f"beyond {level}", row)[0][True]) / 2


def _least(text: str) -> int:
    """The level that some words show by themselves."""
    return max((int(name) for name in found("emotions", text)), default=0)


def _model(trust: float) -> LogisticRegression:
    return LogisticRegression(C=trust, solver="newton-cg", tol=1e-2, class_weight="balanced", random_state=7)
