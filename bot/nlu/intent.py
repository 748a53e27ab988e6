"""What a message is for: intent, kind, and the category of a complaint, in agreement with each other."""

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.shared.nlu.constants import INTENT, INTENT_RANKING_KEY
from rasa.shared.nlu.training_data.message import Message
from scipy.sparse import spmatrix
from sklearn.linear_model import LogisticRegression

from bot.nlu.head import Head, Models, features

COMPLAIN = "complain_"
_KINDS = {
    "ask_policy": "inquiry",
    "ask_status": "status",
    "ask_human": "human",
    "ask_robot": "chat",
    "greet": "chat",
    "thank": "chat",
    "goodbye": "chat",
    "affirm": "chat",
    "deny": "chat",
    "praise": "chat",
    "rate": "chat",
    "add_information": "complaint",
    "state_remedy": "complaint",
    "repeat_said": "complaint",
    "correct": "complaint",
    "doubt": "complaint",
    "pause": "chat",
    "give_contact": "other",
    "refuse_contact": "other",
    "cancel_complaint": "other",
    "out_of_scope": "other",
}
_RANKED = 10


def kind_of(intent: str) -> str:
    """The kind of message that an intent makes, if it were the first of its conversation."""
    return "complaint" if intent.startswith(COMPLAIN) else _KINDS.get(intent, "other")


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class IntentReader(Head):
    """Sets `intent`, `intent_ranking`, `kind` and `category`.

    The kind is the one that its intents together make most likely: nine kinds of complaint must not lose to
    one kind of question because they share the votes. The intent is then the likeliest of that kind.
    """

    def learn(self, examples: list[Message]) -> Models:
        """One model of all intents, one of the categories among complaints alone."""
        intents = [example.get(INTENT) for example in examples]
        complaints = [example for example in examples if example.get(INTENT).startswith(COMPLAIN)]
        categories = [example.get(INTENT).removeprefix(COMPLAIN) for example in complaints]
        return {
            "intent": _model().fit(features(examples), intents),
            "category": _model().fit(features(complaints), categories),
        }

    def read(self, message: Message, row: spmatrix) -> None:
        """Set all four in agreement."""
        categories = self.chances("category", row)
        intents = _shared_out(self.chances("intent", row), categories)
        kind = _likeliest_kind(intents)
        ranking = sorted(intents, key=lambda intent: (kind_of(intent) != kind, -intents[intent]))
        ranked = [{"name": intent, "confidence": intents[intent]} for intent in ranking[:_RANKED]]
        message.set(INTENT, ranked[0], add_to_output=True)
        message.set(INTENT_RANKING_KEY, ranked, add_to_output=True)
        message.set("kind", kind, add_to_output=True)
        category = max(categories, key=categories.__getitem__) if kind == "complaint" else None
        message.set("category", category, add_to_output=True)


def _shared_out(intents: dict[str, float], categories: dict[str, float]) -> dict[str, float]:
    """The intents' chances, with those of complaints shared out as the model of categories says."""
    complaints = sum(chance for intent, chance in intents.items() if intent.startswith(COMPLAIN))
    return intents | {f"{COMPLAIN}{category}": complaints * part for category, part in categories.items()}


def _likeliest_kind(intents: dict[str, float]) -> str:
    kinds: dict[str, float] = {}
    for intent, chance in intents.items():
        kinds[kind_of(intent)] = kinds.get(kind_of(intent), 0) + chance
    return max(kinds, key=kinds.__getitem__)


def _model() -> LogisticRegression:
    return LogisticRegression(C=8.0, solver="newton-cg", tol=1e-2, class_weight="balanced", random_state=7)
