"""Signals in a message: threats, dangers, and what else routes a complaint (playbook B1, B9, B10)."""

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.shared.nlu.training_data.message import Message
from scipy.sparse import spmatrix
from sklearn.linear_model import LogisticRegression

from bot.nlu.head import Head, Models, features, label
from bot.nlu.patterns import found, grounded

# Above which chance a signal is heard that no wording shows; set by holding out parts of the training data.
# Extortion is not among them: nobody is accused of it on a guess.
_BARS = {
    "media_threat": 0.6,
    "regulator_threat": 0.7,
    "legal_threat": 0.6,
    "group_event": 0.6,
    "special_identity": 0.7,
    "self_harm": 0.7,
    "violence_threat": 0.7,
    "injury_safety": 0.7,
    "vulnerable": 0.6,
    "repeat_unresolved": 0.6,
    "wants_human": 0.6,
    "compensation_demand": 0.5,
}


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class SignalReader(Head):
    """Sets `signals`, sorted.

    Wordings of the lexicon are taken at their word. What is said in more ways than a list can hold is learnt
    beside it, must be likelier than the bar of its signal, and needs its `grounds` in the text.
    """

    def learn(self, examples: list[Message]) -> Models:
        """One model a signal, told apart from all other messages."""
        rows = features(examples)
        stated = [label(example, "signals", []) for example in examples]
        return {signal: _model().fit(rows, [signal in signals for signals in stated]) for signal in _BARS}

    def read(self, message: Message, row: spmatrix) -> None:
        """Unite what is listed and what is learnt."""
        text = message.get("text")
        likely = (signal for signal, bar in _BARS.items() if self.chances(signal, row)[0][True] > bar)
        learnt = {signal for signal in likely if grounded("signals", signal, text)}
        listed = found("signals", text)
        message.set("signals", sorted(learnt.union(listed)), add_to_output=True)


def _model() -> LogisticRegression:
    return LogisticRegression(C=8.0, solver="newton-cg", tol=1e-2, class_weight="balanced", random_state=7)
