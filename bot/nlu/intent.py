"""What a message is for: intent, kind, and the category of a complaint, in agreement with each other."""

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.shared.nlu.constants import INTENT, INTENT_RANKING_KEY
from rasa.shared.nlu.training_data.message import Message
from scipy.sparse import spmatrix
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import ComplementNB

from bot.nlu.features import CLAUSES
from bot.nlu.head import Head, Models, features

Chances = dict[str, float]

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
_SURE = 0.8


def kind_of(intent: str) -> str:
    """The kind of message that an intent makes, if it were the first of its conversation."""
    return "complaint" if intent.startswith(COMPLAIN) else _KINDS.get(intent, "other")


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class IntentReader(Head):
    """Sets `intent`, `intent_ranking`, `kind`, `category` and `further`.

    The kind is the one that its intents together make most likely: nine kinds of complaint must not lose to
    one kind of question because they share the votes. A model of kinds has its say in it. The intent is then
    the likeliest of that kind. `further` are the categories that other clauses of a complaint are about.
    """

    def learn(self, examples: list[Message]) -> Models:
        """Models of all intents, of their kinds, and of the categories among complaints alone."""
        rows, intents = features(examples), [example.get(INTENT) for example in examples]
        complaints = [example for example in examples if example.get(INTENT).startswith(COMPLAIN)]
        categories = [example.get(INTENT).removeprefix(COMPLAIN) for example in complaints]
        return {
            "intent": _model().fit(rows, intents),
            "kind": _model().fit(rows, [kind_of(intent) for intent in intents]),
            "category": _category_model(features(complaints), categories),
        }

    def read(self, message: Message, row: spmatrix) -> None:
        """Set all in agreement."""
        intents, kinds, categories = self._heard(row)[0]
        kind = _likeliest(kinds)
        ranking = sorted(intents, key=lambda intent: (kind_of(intent) != kind, -intents[intent]))
        ranked = [{"name": intent, "confidence": intents[intent]} for intent in ranking[:_RANKED]]
        category = _likeliest(categories) if kind == "complaint" else None
        message.set(INTENT, ranked[0], add_to_output=True)
        message.set(INTENT_RANKING_KEY, ranked, add_to_output=True)
        message.set("kind", kind, add_to_output=True)
        message.set("category", category, add_to_output=True)
        message.set("further", self._further(message, category) if category else [], add_to_output=True)

    def _further(self, message: Message, category: str) -> list[str]:
        sure = {
            name
            for _, kinds, categories in self._heard(message.get(CLAUSES))
            for name, chance in categories.items()
            if chance > _SURE and _likeliest(kinds) == "complaint"
        }
        return sorted(sure - {category, "other"})

    def _heard(self, rows: spmatrix) -> list[tuple[Chances, Chances, Chances]]:
        """The chances of intents, kinds and categories, for each row."""
        parts = (self.chances(model, rows) for model in ("intent", "kind", "category"))
        return [
            (_shared_out(intents, categories), _agreed(intents, kinds), categories)
            for intents, kinds, categories in zip(*parts, strict=True)
        ]


def _shared_out(intents: Chances, categories: Chances) -> Chances:
    """The intents' chances, with those of complaints shared out as the model of categories says."""
    complaints = sum(chance for intent, chance in intents.items() if intent.startswith(COMPLAIN))
    return intents | {f"{COMPLAIN}{category}": complaints * part for category, part in categories.items()}


def _agreed(intents: Chances, kinds: Chances) -> Chances:
    """The weight of each kind: what its intents have together, times what the model of kinds gives it."""
    together: Chances = {}
    for intent, chance in intents.items():
        together[kind_of(intent)] = together.get(kind_of(intent), 0) + chance
    return {kind: chance * kinds.get(kind, 0) for kind, chance in together.items()}


def _likeliest(chances: Chances) -> str:
    return max(chances, key=chances.__getitem__)


def _category_model(rows: spmatrix, categories: list[str]) -> LogisticRegression:
    """Logistic regression with half a vote of naive Bayes, as one: the sum of linear models is linear.

    Each errs elsewhere: regression trusts words that few examples have too much, naive Bayes too little.
    """
    model = _model().fit(rows, categories)
    model.coef_ = model.coef_ + 0.5 * ComplementNB().fit(rows, categories).feature_log_prob_
    return model


def _model() -> LogisticRegression:
    return LogisticRegression(C=8.0, solver="newton-cg", tol=1e-2, class_weight="balanced", random_state=7)
