"""What Rasa's stock pipeline needs to answer in our dialogues, when it is compared with ours."""

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import INTENT
from rasa.shared.nlu.training_data.message import Message

from bot.nlu.intent import COMPLAIN, kind_of


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class KindOfIntent(GraphComponent):  # type: ignore[misc]
    """Sets `kind` and `category` from the intent alone, whoever classified it."""

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "KindOfIntent":
        """A reader; it has nothing to load."""
        return cls()

    def process(self, messages: list[Message]) -> list[Message]:
        """Read each message's intent."""
        for message in messages:
            intent = (message.get(INTENT) or {}).get("name") or ""
            category = intent.removeprefix(COMPLAIN) if intent.startswith(COMPLAIN) else None
            message.set("kind", kind_of(intent), add_to_output=True)
            message.set("category", category, add_to_output=True)
        return messages
